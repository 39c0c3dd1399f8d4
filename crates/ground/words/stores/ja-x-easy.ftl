# 表の取り込み、ファイル、検索、保存期間のことば（やさしい日本語）。

fault-table-empty = 表に 何も ありません
fault-table-empty-remedy = 1行目に 列の 名前を 書きます。2行目から 内容を 書きます。その 表を 選んで ください。
fault-table-is-workbook = この ファイルは そのままでは 読めません
fault-table-is-workbook-remedy = 表の ソフトで「CSV」という 形にして 保存します。その ファイルを 選んで ください。
fault-table-unreadable = 表の 文字を 読めません（{ $line }行目の 近く）
fault-table-unreadable-remedy = CSVの 形で、文字コードを UTF-8に して 保存して ください。
fault-table-columns-missing = 必要な 列が ありません: { $columns }
fault-table-columns-missing-remedy = { $line }行目の 列の 名前を 見て ください。今 ある 列: { $found }
fault-table-column-twice = 同じ 列が 2つ あります: { $column }（{ $line }行目）
fault-table-column-twice-remedy = 1つを 消して、もう一度 送って ください。
fault-table-quote-open = 「"」で 始まる 欄が 終わって いません（{ $line }行目）
fault-table-quote-open-remedy = その 行の「"」を 直して ください。
fault-table-too-many-rows = 行が 多すぎます（{ $limit }行まで）
fault-table-too-many-rows-remedy = 表を 分けて ください。{ $line }行目からは 別の ファイルに します。
fault-table-too-many-columns = 列が 多すぎます（{ $line }行目、{ $limit }列まで）
fault-table-too-many-columns-remedy = 使わない 列を 消して ください。
fault-table-cell-too-long = 長すぎる 欄が あります（{ $line }行目、{ $limit }文字まで）
fault-table-cell-too-long-remedy = その 欄を 短く して ください。
field-row-long = { $line }行目: 欄が 多すぎます（列は { $wanted }、この 行は { $got }）
field-row-short = { $line }行目: 欄が 足りません（列は { $wanted }、この 行は { $got }）

# ---- 保存期間
menu-retention = 残す 期間
action-ground-retention = 残す 期間を 見る
retention-lead = 記録を 何日 残すか 書いて います。古い 記録は 夜に 消します。まだ 使う 記録は 消しません。日数は 設定で 変えられます。
retention-what = 記録
retention-kept = 残す 期間
retention-since = いつからの 記録が 残るか
retention-ran = 最後に 消した 日
retention-removed = 消した 数
retention-days = { $days }日
retention-usual = （もとは { $days }日）
retention-for-good = ずっと 残す
retention-not-yet = まだ
retention-rows = 前は { $count }件
retention-rows-ever = 全部で { $count }件
retention-ground_event = できごとの 記録
retention-ground_audit = 操作の 記録
retention-ground_once = 2回 送らない ための メモ
retention-ground_job = できなかった 処理
retention-ground_selection = 選んだ 人の 一覧
retention-ground_selection_head = 選んだ 人の 一覧の 題

# ---- ファイル
action-ground-file = ファイルを 見る
fault-file-ticket = 送った ファイルを 確認できません
fault-file-ticket-remedy = もう一度 ファイルを 選んで ください。
field-file-empty = ファイルに 何も ありません
field-file-too-large = ファイルが 大きすぎます（{ $limit }まで）
field-file-kind = この 種類の ファイルは 使えません。写真（JPEG、PNG、WebP）、PDF、文書、テキスト、CSV、ZIPを 使って ください
field-picture-too-large = 写真が 大きすぎます（4,000万画素まで）
field-picture-broken = 写真を 読めません。別の 形で 保存して ください
