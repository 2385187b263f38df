-- A schema is its text with its references, whichever subjects have it: one id for all of them. Nothing here is ever deleted, and an id
-- that a failed registration took is left out: a number on the wire means one schema for ever.
create table schemas (
  id int generated always as identity primary key,
  digest text not null unique,
  schema text not null
);

create table versions (
  subject text not null check (subject <> ''),
  version int not null check (version > 0),
  schema_id int not null references schemas (id),
  at timestamptz not null default clock_timestamp(),
  primary key (subject, version),
  unique (subject, schema_id)
);

create index versions_by_schema on versions (schema_id);

create table schema_references (
  schema_id int not null references schemas (id),
  name text not null,
  subject text not null,
  version int not null,
  primary key (schema_id, name),
  foreign key (subject, version) references versions (subject, version)
);

create index schema_references_by_version on schema_references (subject, version);

-- What was set for one subject, or for all of them (subject '').
create table subject_settings (
  subject text primary key,
  compatibility text,
  mode text
);
