# 表の取り込み、ファイル、検索、保存期間のことば。

fault-table-empty = 表に何も書かれていません
fault-table-empty-remedy = 1 行目に列の名前、2 行目から内容を書いた表を選んでください。
fault-table-is-workbook = 表計算ソフトのファイルのままでは読めません
fault-table-is-workbook-remedy = 表計算ソフトで「CSV UTF-8（コンマ区切り）」などの CSV 形式で保存し、そのファイルを選んでください。
fault-table-unreadable = 表の文字を読み取れません（{ $line } 行目の近く）
fault-table-unreadable-remedy = CSV 形式で、文字コードを UTF-8 か Shift_JIS にして保存し直してください。
fault-table-columns-missing = 必要な列がありません: { $columns }
fault-table-columns-missing-remedy = { $line } 行目の列の名前を確かめてください。いまある列: { $found }
fault-table-column-twice = 同じ列が 2 つあります: { $column }（{ $line } 行目）
fault-table-column-twice-remedy = どちらかの列を消して、もう一度送ってください。
fault-table-quote-open = 「"」で始まる欄が閉じられていません（{ $line } 行目）
fault-table-quote-open-remedy = その行の「"」を確かめて直してください。表計算ソフトで開いて CSV 形式で保存し直すと、直ることがあります。
fault-table-too-many-rows = 行が多すぎます（{ $limit } 行まで）
fault-table-too-many-rows-remedy = 表を分けて、{ $line } 行目からを別のファイルにしてください。
fault-table-too-many-columns = 列が多すぎます（{ $line } 行目、{ $limit } 列まで）
fault-table-too-many-columns-remedy = 使わない列を消すか、区切り文字を確かめてください。
fault-table-cell-too-long = 長すぎる欄があります（{ $line } 行目、{ $limit } 文字まで）
fault-table-cell-too-long-remedy = その欄を短くするか、「"」が閉じているか確かめてください。
field-row-long = { $line } 行目: 欄が多すぎます（列は { $wanted }、この行は { $got }）
field-row-short = { $line } 行目: 欄が足りません（列は { $wanted }、この行は { $got }）

# ---- 保存期間
menu-retention = 保存期間
action-ground-retention = 保存期間を見る
retention-lead = 増えていく記録ごとに、残す日数と、最後に片付けた日時を示します。日数は設定（retention.表の名前）で変えられます。まだ読み終えていない出来事は、期間を過ぎても消しません。
retention-what = 記録
retention-kept = 残す期間
retention-since = いつからのものが残るか
retention-ran = 最後の片付け
retention-removed = 片付けた数
retention-days = { $days } 日
retention-usual = （もとは { $days } 日）
retention-for-good = 期限なし
retention-not-yet = まだ
retention-rows = 前回 { $count } 件
retention-rows-ever = 合計 { $count } 件
retention-ground_event = 出来事の記録
retention-ground_audit = 操作の記録
retention-ground_once = 二重送信を防ぐ控え
retention-ground_job = 失敗したままの処理
retention-ground_selection = 対象者の一時的な一覧
retention-ground_selection_head = 対象者の一覧の見出し

# ---- ファイル
action-ground-file = ファイルを見る
fault-file-ticket = 預けたファイルを確かめられません
fault-file-ticket-remedy = 預けてから時間がたったか、別の人が預けたものです。もう一度ファイルを選んでください。
field-file-empty = ファイルの中身が空です
field-file-too-large = ファイルが大きすぎます（{ $limit } まで）
field-file-kind = この種類のファイルは受け取れません。写真（JPEG、PNG、WebP）、PDF、文書（docx、xlsx、pptx、odt など）、テキスト、CSV、ZIP にしてください
field-picture-too-large = 画像の縦横が大きすぎます（4,000 万画素まで）
field-picture-broken = 画像として読めません。別の形式で保存し直してください
