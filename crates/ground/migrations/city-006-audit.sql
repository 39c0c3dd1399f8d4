-- In whose place somebody acted, when they stood in for another; and the ways to look an act up.
alter table ground_audit add column stands_in_for text not null default '';
create index ground_audit_actor on ground_audit (city, actor, id);
create index ground_audit_action on ground_audit (city, action, id);
