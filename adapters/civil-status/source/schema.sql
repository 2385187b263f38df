-- The civil registry of an invented country-wide office. Base tables are the registrars'; `extract` is what others may read.
create schema if not exists civil;
create schema if not exists extract;

-- Which invented population fills the tables, so that loading it again is a no-op.
create table if not exists civil.loaded (
  seed bigint not null,
  people integer not null
);

create table if not exists civil.registry_offices (
  code text primary key check (code ~ '^[0-9]{3}$'),
  town_ar text not null,
  town_en text not null,
  governorate_code text not null,
  governorate_ar text not null,
  governorate_en text not null
);

create table if not exists civil.persons (
  national_number text primary key check (national_number ~ '^[0-9]{10}$'),
  sex text not null check (sex in ('male', 'female')),
  nationality text not null,
  given_ar text not null, given_en text not null,
  father_ar text not null, father_en text not null,
  grandfather_ar text not null, grandfather_en text not null,
  family_ar text not null, family_en text not null,
  mother_name_ar text not null, mother_name_en text not null,
  father_number text,
  mother_number text,
  office_code text not null,
  record_number text not null,
  residence_code text not null
);
create index if not exists persons_by_father on civil.persons (father_number);

create table if not exists civil.births (
  registration_number text primary key,
  national_number text not null unique,
  occurred_on date not null,
  place_code text not null,
  plurality smallint not null check (plurality between 1 and 8),
  father_name_ar text not null, father_name_en text not null,
  registered_on date not null
);

create table if not exists civil.marriages (
  contract_number text primary key,
  family_book_number text not null unique,
  husband_number text not null,
  wife_number text not null,
  occurred_on date not null,
  place_code text not null,
  divorced_on date
);
create index if not exists marriages_by_husband on civil.marriages (husband_number);
create index if not exists marriages_by_wife on civil.marriages (wife_number);

create table if not exists civil.deaths (
  registration_number text primary key,
  national_number text not null unique,
  occurred_on date not null,
  place_code text not null,
  registered_on date not null
);
