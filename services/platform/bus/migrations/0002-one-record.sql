-- Values are JSON with signatures and sealed parts in it: trying to compress them costs more than it saves.
alter table messages alter column value set storage external;

-- One record, the usual case: its value travels as bytes and not as the text of an array.
create function publish_one(of_topic text, k text, v bytea, h jsonb) returns void
language plpgsql set search_path = bus, pg_temp as $$
begin
  with taken as (
    update partitions u set next_offset = u.next_offset + 1
    from topics t
    where t.name = of_topic and u.topic = of_topic
      and u.partition = ('x' || left(md5(k), 7))::bit(28)::int % t.partitions
    returning u.partition, u.next_offset - 1 as at
  )
  insert into messages (topic, partition, "offset", key, value, headers)
  select of_topic, partition, at, k, v, h from taken;
  if not found then
    raise exception 'there is no topic %', of_topic using errcode = 'no_data_found';
  end if;
end
$$;
