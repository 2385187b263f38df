-- One chain, shared by all replicas of an agency's adapter. The head's row lock is what makes it one: whoever appends holds it to
-- the commit.
create table head (
  one boolean primary key default true check (one),
  size bigint not null,
  digest text
);
insert into head (size) values (0);

create table entries (
  sequence bigint primary key,
  digest text not null,
  line text not null
);

-- Request ids admitted, for ever.
create table seen (
  request_id text primary key,
  sequence bigint not null
);

create table quota (
  agreement text not null,
  day text not null,
  used bigint not null,
  primary key (agreement, day)
);
