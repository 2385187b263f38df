-- What an invitation was used with and what was given for it: whoever lost the answer on its way and sends the very same again gets the same.
alter table invitations add column request_digest text, add column certificate text;
