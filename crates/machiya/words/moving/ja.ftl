# 控え（バックアップ）、復元、引っ越しのコマンドのことば。

cli-about-backup = 市町村のデータすべてを一つのファイルに控える（動かしたままでよい）
cli-about-restore = 控えから市町村を戻す
cli-about-migrate = すべての市町村を別のデータベースへ移す
cli-arg-all = すべての市町村
cli-arg-into = 書き出す先。フォルダーか、.machiya で終わるファイル（省くと設定 backup.folder、それもなければいまのフォルダー）
cli-arg-keep = 市町村ごとにこの数だけ控えを残し、古いものを消す
cli-arg-with-key = 鍵のファイルも入れる。控えを持つ人は中の秘密もすべて開ける
cli-arg-verify = この控えが壊れておらず、この版で読めるかだけを確かめる
cli-arg-backup = 控えのファイル
cli-arg-new-slug = この短い名前で戻す
cli-arg-replace = いまある市町村を先に脇へよける
cli-arg-target = 移す先。postgres://ユーザー:パスワード@ホスト/データベース、または sqlite:フォルダー

cli-dump-table =   { $city } { $table }: ここまで { $rows } 行（毎秒 { $rate } 行）
cli-dump-table-done =   { $city } { $table }: { $rows } 行（毎秒 { $rate } 行）
cli-backup-made = { $city }: { $path }（{ $rows } 行、{ $size }、{ $seconds } 秒）
cli-backup-removed =   消しました: { $path }
cli-backup-with-key = 鍵のファイルが入っています。この控えを持つ人は中の秘密をすべて開けます。鍵のかかる場所に保管してください。
cli-backup-whole = { $path } は壊れていません: { $city }、{ $created } 時点、machiya { $version } で作成（{ $tables } 表、{ $rows } 行、{ $size }）
cli-restore-done = { $city } を戻しました: { $path } から { $rows } 行（{ $seconds } 秒）
cli-restore-aside = 前からあったものは { $path } に移しました。要らなくなったら消してください。
cli-restore-key-taken = 控えの鍵を { $path } に入れました。
cli-restore-key-missing = 控えに鍵は入っていません。最初に起動する前に、もとの機械の鍵のファイルを { $path } に写してください（モード 0600）。ないときは、メールのパスワードなどの秘密を入れ直すことになります。
cli-restore-key-other = 控えに鍵は入っていません。{ $path } はそのままです。別の機械の控えなら、その機械の鍵のファイルの行を末尾に足してください。
cli-migrate-held = いまからサーバーは読み取りだけになります。途中で止まったときは machiya read-only off で戻せます。
cli-migrate-city = { $city } を移し、両側が同じことを確かめました: { $tables } 表、{ $rows } 行（{ $seconds } 秒、毎秒 { $rate } 行）
cli-migrate-next = もとのデータはそのままです。新しい場所を使うには、machiya.toml に次のとおり書いてください:
cli-migrate-restart = 書いたらサーバーを起動し直してください（systemctl restart machiya）。それまでは読み取りだけなので、その間に失われるものはありません。
cli-migrate-start = 書いたらサーバーを起動してください。

fault-restore-server-runs = このデータのフォルダーでサーバーが動いています
fault-restore-server-runs-remedy = 先に止めてください（systemctl stop machiya、PostgreSQL ならすべてのノードで）。そのあともう一度実行してください。何も変えていません。
fault-migrate-same = データはもうそこにあります
fault-migrate-same-remedy = --to sqlite:フォルダー で別のフォルダーを指定してください。
fault-migrate-target = 移す先が読み取れません
fault-migrate-target-remedy = --to postgres://ユーザー:パスワード@ホスト/データベース か --to sqlite:フォルダー の形で指定してください。
fault-migrate-between-postgres = データはもう PostgreSQL にあります
fault-migrate-between-postgres-remedy = PostgreSQL から PostgreSQL へは、PostgreSQL 自身の方法か、machiya backup --all と machiya restore を使ってください。
fault-migrate-city-exists = 移す先に「{ $city }」がもうあります
fault-migrate-city-exists-remedy = 何もない場所へ移してください。前の引っ越しが終わっているなら、そのとき示されたとおり machiya.toml に書いてサーバーを起動し直してください。何も変えていません。
