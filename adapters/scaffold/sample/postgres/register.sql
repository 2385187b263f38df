-- Invented people; their numbers begin with 000 and belong to nobody.
create schema if not exists sample_register;
create table if not exists sample_register.entries (
  entry_number text primary key,
  national_number text not null,
  name_ar text not null,
  name_en text not null,
  registered_on date not null,
  status text not null,
  governorate text
);
create index if not exists entries_national_number on sample_register.entries (national_number);
truncate sample_register.entries;
insert into sample_register.entries (national_number, name_ar, name_en, entry_number, registered_on, status, governorate) values
  ('0009991001', 'سلمى مثال', 'Salma Example', 'R-1001', '2019-03-14', 'active', 'عمان'),
  ('0009991002', 'نادر مثال', 'Nader Example', 'R-1002', '2020-11-02', 'struck-off', null),
  ('0009991003', 'هالة مثال', 'Hala Example', 'R-1003', '2021-06-30', 'active', 'إربد'),
  ('0009991003', 'هالة مثال', 'Hala Example', 'R-1044', '2023-01-09', 'active', 'الكرك');
