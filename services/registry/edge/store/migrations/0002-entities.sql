-- What stands: each entity as the record (compact JWS) that the registry signed for it. Withdrawn ones are gone from here, never changed in place
-- without a new version of the head.
create table entities (
  key text primary key,
  record text not null
);

-- The newest head's version and the digest it speaks of. A topic with a later version than this means that this database is an older copy.
create table head (
  only_row boolean primary key default true check (only_row),
  version bigint not null,
  digest text not null
);
insert into head (version, digest) values (0, '');

-- Invitations by the SHA-256 of their secret, which stands nowhere.
create table invitations (
  secret_digest text primary key,
  agency text not null,
  name_en text not null,
  name_ar text not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- Every key that a certificate was issued for: none is certified twice, for anybody.
create table certificates (
  key_digest text primary key,
  peer text not null,
  issued_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null
);
