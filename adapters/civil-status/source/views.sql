-- What the extract desk may read: one view per paper. Views run with their owner's rights, so a reader needs none below them.
create or replace view civil.places as
select code, jsonb_build_object(
  'code', code,
  'town', jsonb_build_object('ar', town_ar, 'en', town_en),
  'governorate', jsonb_build_object('ar', governorate_ar, 'en', governorate_en),
  'governorateCode', governorate_code) as place
from civil.registry_offices;

-- `offset 0` below keeps the planner from computing everybody's standing to find one family's.
-- A person's standing now: the last marriage decides, and a spouse's death widows.
create or replace view civil.standing as
select p.national_number,
  case when d.national_number is null then 'alive' else 'deceased' end as life_status,
  d.occurred_on as death_date,
  coalesce(m.marital_status, 'single') as marital_status
from civil.persons p
left join civil.deaths d using (national_number)
left join lateral (
  select case
    when w.divorced_on is not null then 'divorced'
    when s.national_number is not null and (d.occurred_on is null or s.occurred_on < d.occurred_on) then 'widowed'
    else 'married' end as marital_status
  from (
    select wife_number as spouse, occurred_on, divorced_on from civil.marriages where husband_number = p.national_number
    union all
    select husband_number, occurred_on, divorced_on from civil.marriages where wife_number = p.national_number
  ) w
  left join civil.deaths s on s.national_number = w.spouse
  order by w.occurred_on desc limit 1
) m on true;

create or replace view extract.personal as
select p.national_number, p.sex, p.nationality,
  p.given_ar, p.given_en, p.father_ar, p.father_en, p.grandfather_ar, p.grandfather_en, p.family_ar, p.family_en,
  p.mother_name_ar, p.mother_name_en, p.father_number, p.mother_number, p.record_number,
  to_char(b.occurred_on, 'YYYY-MM-DD') as birth_date, bp.place as birth_place,
  s.life_status, to_char(s.death_date, 'YYYY-MM-DD') as death_date, s.marital_status,
  op.place as office, rp.place as residence
from civil.persons p
join civil.births b using (national_number)
cross join lateral (select * from civil.standing where national_number = p.national_number offset 0) s
join civil.places bp on bp.code = b.place_code
join civil.places op on op.code = p.office_code
join civil.places rp on rp.code = p.residence_code;

create or replace view extract.birth as
select b.national_number, b.registration_number, to_char(b.registered_on, 'YYYY-MM-DD') as registered_on,
  p.given_ar, p.given_en, p.family_ar, p.family_en, p.sex, p.nationality, p.record_number,
  to_char(b.occurred_on, 'YYYY-MM-DD') as birth_date, b.plurality,
  b.father_name_ar, b.father_name_en, p.father_number, p.mother_name_ar, p.mother_name_en, p.mother_number,
  bp.place as birth_place
from civil.births b
join civil.persons p using (national_number)
join civil.places bp on bp.code = b.place_code;

-- In whose book a person is now: spouses in their own; the unmarried, and divorced women, in their father's.
create or replace view civil.family_book_of as
select husband_number as national_number, family_book_number from civil.marriages
union all
select wife_number, family_book_number from civil.marriages where divorced_on is null
union all
select c.national_number, m.family_book_number
from civil.persons c
join civil.marriages m on m.husband_number = c.father_number and m.wife_number = c.mother_number
where not exists (select from civil.marriages o where o.husband_number = c.national_number)
  and not exists (select from civil.marriages o where o.wife_number = c.national_number and o.divorced_on is null);

create or replace view civil.members as
select p.national_number, p.father_number, p.mother_number,
  jsonb_build_object('ar', concat_ws(' ', p.given_ar, p.father_ar, p.grandfather_ar, p.family_ar),
                     'en', concat_ws(' ', p.given_en, p.father_en, p.grandfather_en, p.family_en)) as full_name,
  p.sex, b.occurred_on as born, s.marital_status, s.life_status
from civil.persons p
join civil.births b using (national_number)
cross join lateral (select * from civil.standing where national_number = p.national_number offset 0) s;

create or replace view extract.family as
select f.national_number, m.family_book_number, h.record_number, op.place as office, rp.place as residence,
  m.husband_number, head.full_name as head_name, m.wife_number, wife.full_name as wife_name,
  m.contract_number, to_char(m.occurred_on, 'YYYY-MM-DD') as marriage_date, mp.place as marriage_place,
  to_char(m.divorced_on, 'YYYY-MM-DD') as divorce_date,
  case when m.divorced_on is not null then 'divorced'
    when 'deceased' in (head.life_status, wife.life_status) then 'widowed' else 'married' end as marriage_status,
  jsonb_build_array(
    jsonb_build_object('relation', 'head', 'nationalNumber', head.national_number, 'fullName', head.full_name,
      'sex', head.sex, 'birthDate', head.born, 'maritalStatus', head.marital_status, 'lifeStatus', head.life_status),
    jsonb_build_object('relation', 'wife', 'nationalNumber', wife.national_number, 'fullName', wife.full_name,
      'sex', wife.sex, 'birthDate', wife.born, 'maritalStatus', wife.marital_status, 'lifeStatus', wife.life_status)
  ) || coalesce(c.children, '[]'::jsonb) as members,
  coalesce(c.count, 0) as children_count
from civil.family_book_of f
join civil.marriages m using (family_book_number)
join civil.persons h on h.national_number = m.husband_number
cross join lateral (select * from civil.members where national_number = m.husband_number offset 0) head
cross join lateral (select * from civil.members where national_number = m.wife_number offset 0) wife
join civil.places op on op.code = h.office_code
join civil.places rp on rp.code = h.residence_code
join civil.places mp on mp.code = m.place_code
left join lateral (
  select count(*)::int as count, jsonb_agg(jsonb_build_object('relation', 'child', 'nationalNumber', k.national_number,
    'fullName', k.full_name, 'sex', k.sex, 'birthDate', k.born, 'maritalStatus', k.marital_status,
    'lifeStatus', k.life_status) order by k.born, k.national_number) as children
  from civil.members k
  where k.father_number = m.husband_number and k.mother_number = m.wife_number
) c on true;

-- The reader: sees the three views and nothing else, and cannot write even a temporary table.
do $$
begin
  if not exists (select from pg_roles where rolname = 'civil_status_reader') then
    create role civil_status_reader login nosuperuser nocreatedb nocreaterole noinherit;
  end if;
  execute format('revoke temporary on database %I from public', current_database());
end $$;
alter role civil_status_reader set default_transaction_read_only = on;
alter role civil_status_reader set statement_timeout = '10s';
revoke all on schema civil from public;
revoke all on schema public from public;
revoke all on all tables in schema civil from civil_status_reader;
grant usage on schema extract to civil_status_reader;
grant select on extract.personal, extract.family, extract.birth to civil_status_reader;
