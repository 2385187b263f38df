-- One agency's journal, shared by its replicas. `entries` is the chain; the other two answer what a chain cannot be asked quickly.
create table entries (
  sequence bigint primary key,
  line text not null,
  digest text not null
);

create table seen (request_id text primary key);

create table quota (
  agreement text not null,
  day text not null,
  used bigint not null,
  primary key (agreement, day)
);
