# Backup, restore and moving on the command line.

cli-about-backup = Write everything a city has into one file, also while it is served
cli-about-restore = Bring a city back from a backup
cli-about-migrate = Move all cities into another database
cli-arg-all = Every city
cli-arg-into = Where to: a folder, or a file ending in .machiya (else the setting backup.folder, else this folder)
cli-arg-keep = Keep this many of each city's backups in the folder, and remove older ones
cli-arg-with-key = Put the key file in, too: then whoever has the backup can open everything in it
cli-arg-verify = Only check whether this backup is whole and fits this version
cli-arg-backup = The backup
cli-arg-new-slug = Restore it under this short name
cli-arg-replace = Move the city that is there aside first
cli-arg-target = Where to: postgres://user:password@host/database, or sqlite:FOLDER

cli-dump-table =   { $city } { $table }: { $rows } rows so far ({ $rate } rows/s)
cli-dump-table-done =   { $city } { $table }: { $rows } rows ({ $rate } rows/s)
cli-backup-made = { $city }: { $path } ({ $rows } rows, { $size }, { $seconds } s)
cli-backup-removed =   removed { $path }
cli-backup-with-key = It holds the key file: whoever has this backup can open everything in it. Keep it locked away.
cli-backup-whole = { $path } is whole: { $city } at { $created }, made by { $version } ({ $tables } tables, { $rows } rows, { $size })
cli-restore-done = { $city } is back: { $rows } rows from { $path } ({ $seconds } s)
cli-restore-aside = What stood there before is now { $path }. Remove it when you no longer need it.
cli-restore-key-taken = The keys of the backup are in { $path }.
cli-restore-key-missing = The backup holds no keys. Before the first start copy the old machine’s key file to { $path } (mode 0600); without it, secrets such as mail passwords must be entered again.
cli-restore-key-other = The backup holds no keys; { $path } stays as it is. If the backup comes from another machine, add that machine’s lines to its end.
cli-migrate-held = The server only reads from now on. If this is interrupted, let it write again with: machiya read-only off
cli-migrate-city = { $city } has moved and is the same on both sides: { $tables } tables, { $rows } rows ({ $seconds } s, { $rate } rows/s)
cli-migrate-next = The source is as it was. To use the new place, set this in machiya.toml:
cli-migrate-restart = Then start the server again (systemctl restart machiya). Until then it only reads, so that nothing is lost between the two.
cli-migrate-start = Then start the server.

fault-restore-server-runs = A server is running on this data folder
fault-restore-server-runs-remedy = Stop it first (systemctl stop machiya), on PostgreSQL on every node; then run this again. Nothing was changed.
fault-migrate-same = The data is already there
fault-migrate-same-remedy = Name another folder with --to sqlite:FOLDER.
fault-migrate-target = This is no place to move to
fault-migrate-target-remedy = Use --to postgres://user:password@host/database or --to sqlite:FOLDER.
fault-migrate-between-postgres = The data is in PostgreSQL already
fault-migrate-between-postgres-remedy = From one PostgreSQL to another, use PostgreSQL’s own means, or machiya backup --all and machiya restore.
fault-migrate-city-exists = “{ $city }” is already there
fault-migrate-city-exists-remedy = Move into an empty place. If an earlier move ended well, set machiya.toml as it said and start the server again. Nothing was changed.
