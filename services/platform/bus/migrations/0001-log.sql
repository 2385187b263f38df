-- The embedded log. `next_offset` is taken under the row's lock, which is held to the commit: offsets become visible in their
-- order, so a reader that goes by offset never passes a record that commits late.
create table topics (
  name text primary key,
  partitions int not null check (partitions > 0),
  cleanup text not null check (cleanup in ('delete', 'compact')),
  retention_ms bigint not null
);

create table partitions (
  topic text not null references topics (name),
  partition int not null,
  next_offset bigint not null default 0,
  primary key (topic, partition)
);

create table messages (
  topic text not null,
  partition int not null,
  "offset" bigint not null,
  key text not null,
  value bytea not null,
  headers jsonb not null,
  at timestamptz not null default clock_timestamp(),
  primary key (topic, partition, "offset")
);

create index messages_by_key on messages (topic, partition, key, "offset");

create table members (
  topic text not null references topics (name),
  group_id text not null,
  member uuid not null,
  expires_at timestamptz not null,
  primary key (topic, group_id, member)
);

-- One row per partition of a group. Every claim raises `generation`; a commit under an older one touches no row.
create table group_offsets (
  topic text not null references topics (name),
  group_id text not null,
  partition int not null,
  next_offset bigint not null default 0,
  generation bigint not null default 0,
  owner uuid,
  primary key (topic, group_id, partition)
);

create function publish(of_topic text, keys text[], "values" bytea[], heads jsonb[]) returns void
language plpgsql set search_path = bus, pg_temp as $$
declare
  parts int;
begin
  select t.partitions into parts from topics t where t.name = of_topic;
  if parts is null then
    raise exception 'there is no topic %', of_topic using errcode = 'no_data_found';
  end if;
  with given as (
    select g.n, g.k, g.v, g.h, ('x' || left(md5(g.k), 7))::bit(28)::int % parts as p
    from unnest(keys, "values", heads) with ordinality as g (k, v, h, n)
  ), locked as (
    -- In one order, so that two calls never wait for each other.
    select l.partition from partitions l
    where l.topic = of_topic and l.partition in (select p from given)
    order by l.partition for update
  ), taken as (
    update partitions u set next_offset = u.next_offset + c.many
    from (select p, count(*) as many from given group by p) c
    where u.topic = of_topic and u.partition = c.p and u.partition in (select locked.partition from locked)
    returning u.partition, u.next_offset - c.many as first
  )
  insert into messages (topic, partition, "offset", key, value, headers)
  select of_topic, g.p, t.first + row_number() over (partition by g.p order by g.n) - 1, g.k, g.v, g.h
  from given g join taken t on t.partition = g.p;
end
$$;
