# Backups, restoring, and moving between databases.

fault-backup-unknown = This is not a backup of machiya
fault-backup-unknown-remedy = Name a backup file; they end in .machiya. Nothing was changed.
fault-backup-damaged = The backup is damaged or cut short ({ $place })
fault-backup-damaged-remedy = Use another backup, or copy this one again from where it came from. Nothing was changed.
fault-backup-incomplete = The backup lacks a table ({ $table })
fault-backup-incomplete-remedy = Use another backup. Nothing was changed.
fault-backup-format = The backup has a form that this machiya does not know (form { $format })
fault-backup-format-remedy = Use the version that made it, or a newer one. Nothing was changed.
fault-backup-busy = There are so many writes that the backup could not begin
fault-backup-busy-remedy = Wait a little and run it again.
fault-backup-exists = There is a backup of that name, or an unfinished one: { $path }
fault-backup-exists-remedy = Choose another name. An unfinished one (.part) may be removed if no other backup is running.
fault-backup-unwritable = It cannot be written: { $why }
fault-backup-unwritable-remedy = Check that the folder is there and that machiya may write to it.
fault-backup-unreadable = The backup cannot be read: { $why }
fault-backup-unreadable-remedy = Check the file's name, and that machiya may read it. Nothing was changed.
fault-backup-no-city = There is no city called “{ $city }” here
fault-backup-no-city-remedy = See the names with machiya city list.
fault-restore-slug = “{ $city }” cannot be a city's short name
fault-restore-slug-remedy = Use 2 to 32 small letters, digits and hyphens. Nothing was changed.
fault-restore-city-exists = “{ $city }” is already there
fault-restore-city-exists-remedy = Add --as to restore it beside under another name, or --replace to move the present one aside first. Nothing was changed.
fault-move-differs = What arrived differs from what was sent ({ $table })
fault-move-differs-remedy = Nothing of it was kept, and the source is unchanged. Try again; if it happens again, report it together with what machiya doctor says.
fault-move-upgrade-first = The data is still that of an older version ({ $migration })
fault-move-upgrade-first-remedy = Start machiya serve of this version once, so that it brings the data up to date; then run this again.
