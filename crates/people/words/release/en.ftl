# Use of data: giving a person's data to somebody else, and the record of it.
action-people-release = Give one person's data for a purpose
