-- Who has left, found by when: what stays of them under their number ends some years later.
create index people_account_left on people_account (city, saved_ms) where state = 'erased';
