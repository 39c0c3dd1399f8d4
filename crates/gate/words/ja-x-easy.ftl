# 外と やりとりする ことば: メール、ほかの サーバー。

action-gate-send_mail = メールを 送る 列に 入れる
action-gate-mail_open = メールを 送れるか 見る
event-gate-mail_failed = メールを 送れなかった
field-gate-headers = この ヘッダーは 使えません
field-gate-one-line = 改行などは 使えません
fault-mail-expired = 時間が すぎたので 送りませんでした
fault-mail-expired-remedy = もう 送れません。本人に もう 一度 して もらって ください。
fault-mail-unreadable = メールの 中身を 開けませんでした
fault-mail-unreadable-remedy = 鍵の ファイルに 前の 鍵が あるか たしかめて ください。
fault-mail-refused = メールサーバーが 受け取りませんでした
fault-mail-refused-remedy = 送り先の アドレスが 正しいか たしかめて ください。
