# Words for tables that come in, files, search and how long rows are kept.

fault-table-empty = The table is empty
fault-table-empty-remedy = Choose a table with column names in its first row and content from the second row on.
fault-table-is-workbook = A spreadsheet file cannot be read as it is
fault-table-is-workbook-remedy = Save it from your spreadsheet program as CSV (for example “CSV UTF-8”) and choose that file.
fault-table-unreadable = The characters of the table cannot be read (near line { $line })
fault-table-unreadable-remedy = Save it again as CSV, encoded as UTF-8 or Shift_JIS.
fault-table-columns-missing = Columns are missing: { $columns }
fault-table-columns-missing-remedy = Check the column names in line { $line }. Columns found: { $found }
fault-table-column-twice = A column is there twice: { $column } (line { $line })
fault-table-column-twice-remedy = Remove one of them and send the table again.
fault-table-quote-open = A cell that begins with " is never closed (line { $line })
fault-table-quote-open-remedy = Check the quotation marks of that line. Opening the table in a spreadsheet program and saving it as CSV may mend it.
fault-table-too-many-rows = There are too many rows ({ $limit } at most)
fault-table-too-many-rows-remedy = Split the table: put line { $line } and what follows into another file.
fault-table-too-many-columns = There are too many columns (line { $line }, { $limit } at most)
fault-table-too-many-columns-remedy = Remove columns that are not needed, or check the separator.
fault-table-cell-too-long = A cell is too long (line { $line }, { $limit } characters at most)
fault-table-cell-too-long-remedy = Shorten the cell, or check that its quotation mark is closed.
field-row-long = Line { $line }: too many cells ({ $wanted } columns, { $got } in this row)
field-row-short = Line { $line }: too few cells ({ $wanted } columns, { $got } in this row)
