# 控え（バックアップ）、もどすこと、ひっこしの コマンドの ことば。

cli-about-backup = データを ぜんぶ 一つの ファイルに 控えます
cli-about-restore = 控えから もどします
cli-about-migrate = データを ほかの データベースへ うつします
cli-arg-all = ぜんぶの まち
cli-arg-into = 書く 場所（フォルダーか、.machiya で 終わる ファイル）
cli-arg-keep = 残す 控えの 数。古い 控えは 消します
cli-arg-with-key = 鍵の ファイルも 入れます
cli-arg-verify = 控えが こわれて いないか 見ます
cli-arg-backup = 控えの ファイル
cli-arg-new-slug = この 短い 名前で もどします
cli-arg-replace = いまの データを 先に よけます
cli-arg-target = うつす 先（postgres://… か sqlite:フォルダー）

cli-dump-table =   { $city } { $table }: いま { $rows } 行（1秒に { $rate } 行）
cli-dump-table-done =   { $city } { $table }: { $rows } 行（1秒に { $rate } 行）
cli-backup-made = { $city }: { $path }（{ $rows } 行、{ $size }、{ $seconds } 秒）
cli-backup-removed =   消しました: { $path }
cli-backup-with-key = 鍵の ファイルが 入って います。ほかの 人に 見せないで ください。
cli-backup-whole = { $path } は こわれて いません: { $city }、{ $created }、machiya { $version }（{ $tables } 表、{ $rows } 行、{ $size }）
cli-restore-done = { $city } を もどしました: { $path } から { $rows } 行（{ $seconds } 秒）
cli-restore-aside = 前の データは { $path } に あります。いらないときは 消して ください。
cli-restore-key-taken = 控えの 鍵を { $path } に 入れました。
cli-restore-key-missing = 控えに 鍵は ありません。はじめに 前の 機械の 鍵の ファイルを { $path } に 写して ください（モード 0600）。
cli-restore-key-other = 控えに 鍵は ありません。{ $path } は そのままです。
cli-migrate-held = いまから サーバーは 読むだけです。とまったときは machiya read-only off で もどします。
cli-migrate-city = { $city } を うつしました。両方 同じです: { $tables } 表、{ $rows } 行（{ $seconds } 秒、1秒に { $rate } 行）
cli-migrate-next = 前の データは そのままです。machiya.toml に こう 書いて ください:
cli-migrate-restart = 書いたら サーバーを もう一度 はじめて ください（systemctl restart machiya）。それまで 読むだけです。
cli-migrate-start = 書いたら サーバーを はじめて ください。

fault-restore-server-runs = サーバーが 動いて います
fault-restore-server-runs-remedy = 先に サーバーを とめて ください。それから もう一度 して ください。何も かえて いません。
fault-migrate-same = データは もう そこに あります
fault-migrate-same-remedy = ほかの フォルダーを 書いて ください。
fault-migrate-target = うつす 先が わかりません
fault-migrate-target-remedy = postgres://… か sqlite:フォルダー を 書いて ください。
fault-migrate-between-postgres = データは もう PostgreSQL に あります
fault-migrate-between-postgres-remedy = machiya backup --all と machiya restore を 使って ください。
fault-migrate-city-exists = うつす 先に「{ $city }」が もう あります
fault-migrate-city-exists-remedy = 何も ない 場所へ うつして ください。何も かえて いません。
