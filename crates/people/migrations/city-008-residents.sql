-- Staff find a resident by their birth date.
create index people_resident_birth on people_resident (city, birth);
