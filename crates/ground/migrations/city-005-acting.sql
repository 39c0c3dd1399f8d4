-- For whom somebody acted, when not for themselves: empty otherwise.
alter table ground_audit add column acting text not null default '';
alter table ground_event add column acting text not null default '';
create index ground_audit_acting on ground_audit (city, acting, id) where acting <> '';
