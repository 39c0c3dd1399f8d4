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

# ---- How long rows are kept
menu-retention = Retention
action-ground-retention = See how long records are kept
retention-lead = For every record that grows: how many days it is kept, and when it was last cleared. The days can be changed in the settings (retention.<table>). Events that are still to be read stay, however old they are.
retention-what = Record
retention-kept = Kept for
retention-since = Kept since
retention-ran = Last cleared
retention-removed = Removed
retention-days = { $days ->
    [one] one day
   *[other] { $days } days
 }
retention-usual = (usually { $days } days)
retention-for-good = For good
retention-not-yet = Not yet
retention-rows = Last time: { $count }
retention-rows-ever = Ever: { $count }
retention-ground_event = Event log
retention-ground_audit = Record of acts
retention-ground_once = Notes that prevent acting twice
retention-ground_job = Jobs that failed for good
retention-ground_selection = Temporary lists of people
retention-ground_selection_head = Headings of those lists

# ---- Files
action-ground-file = See a file
fault-file-ticket = The file that was handed in cannot be confirmed
fault-file-ticket-remedy = It was handed in too long ago, or by somebody else. Please choose the file again.
field-file-empty = The file is empty
field-file-too-large = The file is too large ({ $limit } at most)
field-file-kind = Files of this kind are not taken. Please use a picture (JPEG, PNG, WebP), PDF, a document (docx, xlsx, pptx, odt…), text, CSV or ZIP
field-picture-too-large = The picture is too large (40 million pixels at most)
field-picture-broken = This cannot be read as a picture. Please save it in another format
