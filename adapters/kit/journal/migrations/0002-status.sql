-- Entries of status lists are found without reading the chain: their lines begin with the body's kind.
create index status_entries on entries (sequence) where line like '{"body":{"kind":"status-%';
