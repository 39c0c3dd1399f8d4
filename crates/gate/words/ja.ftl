# 外とのやりとりのことば: メール、ほかのサーバーへの接続。

action-gate-send_mail = メールを送る列に入れる
action-gate-mail_open = メールが送れるかを見る
event-gate-mail_failed = メールが送れなかった
field-gate-headers = このヘッダーは使えません
field-gate-one-line = 改行などの制御文字は使えません
fault-mail-expired = 期限が過ぎたので送りませんでした
fault-mail-expired-remedy = 送り直しはできません。本人にもう一度手続きをしてもらってください。
fault-mail-unreadable = メールの中身を開けませんでした
fault-mail-unreadable-remedy = 封じたときの鍵が鍵のファイルにあるか確かめてください。
fault-mail-refused = メールサーバーが受け取りを断りました
fault-mail-refused-remedy = 宛先が正しいか、差出人のアドレスが許されているかを確かめてください。
