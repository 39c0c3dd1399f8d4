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

# ---- 操作
action-gate-mails = メールの送信状況を見る
action-gate-mail_state = メールの滞りを見る
action-gate-retry_mail = メールをもう一度送る
action-gate-give_up_mail = メールの送信を取りやめる
action-gate-outbox = 見本の市の送信箱を見る

# ---- 送れなかったわけ
fault-mail-down = メールサーバーにつながりません
fault-mail-down-remedy = 設定 mail.server のアドレスとポートを確かめ、サーバーが動いているか見てください。メールは待ち行列に残り、つながれば送られます。
fault-mail-slow = メールサーバーの応答が遅すぎます
fault-mail-slow-remedy = サーバーの様子を確かめてください。メールは待ち行列に残っています。
fault-mail-later = メールサーバーが、あとでもう一度と答えました
fault-mail-later-remedy = 自動でもう一度送ります。長く続くときはサーバーの管理者に相談してください。
fault-mail-login = メールサーバーが利用者名とパスワードを認めません
fault-mail-login-remedy = 設定 mail.user と mail.password を確かめてください。
fault-mail-unsafe = メールサーバーが暗号化した接続（STARTTLS）に応じません
fault-mail-unsafe-remedy = 暗号化できるサーバーにするか、smtps:// を使ってください。市の中のネットワークに限り、mail.tls を never にもできます。
fault-mail-no-sender = 差出人のアドレスが決まっていません
fault-mail-no-sender-remedy = 「市の基本情報」の差出人か、設定 mail.from を入れてください。
fault-mail-over = このメールにはもう何もできません
fault-mail-over-remedy = 送り終えたか、中身が消えています。一覧を開き直してください。
fault-outside-address = このアドレスには問い合わせられません
fault-outside-address-remedy = http:// か https:// で始まり、利用者名やパスワードを含まないアドレスにしてください。
fault-outside-private = 内部のネットワークのアドレスには問い合わせられません
fault-outside-private-remedy = 外部から届くアドレスにしてください。内部のサーバーを使うときは、設定 outbound_private を allow にします。
fault-outside-unreachable = 相手のサーバーにつながりません
fault-outside-unreachable-remedy = アドレスを確かめ、しばらくしてからもう一度お試しください。
fault-outside-slow = 相手のサーバーの応答が遅すぎます
fault-outside-slow-remedy = しばらくしてからもう一度お試しください。
fault-outside-nonsense = 相手のサーバーの応答が読み取れません
fault-outside-nonsense-remedy = アドレスが正しいか、相手のサーバーの管理者に確かめてください。
fault-outside-too-long = 相手のサーバーの応答が大きすぎます（上限 { $limit } バイト）
fault-outside-too-long-remedy = アドレスが正しいか確かめてください。
fault-outside-redirect = 相手のサーバーが、たどれない先を案内しました
fault-outside-redirect-remedy = 最後に行き着くアドレスを直接書いてください。

# ---- 見本の市の送信箱
gate-outbox = 送信箱（見本の市）
gate-outbox-lead = 見本の市はメールを外へ送りません。送るはずだったメールを、新しい順にここに並べます。確認コードもここで読めます。
gate-outbox-reload = 新しいメールを確かめる
gate-outbox-none = まだメールはありません
gate-outbox-none-text = ログインの画面でメールアドレスを入れると、確認コードがここに届きます。
gate-outbox-to = 宛先: { $to }
gate-outbox-over = 期限切れ

# ---- メールの送信状況
gate-menu-mail = メールの送信状況
gate-mail = メールの送信状況
gate-mail-lead = 市が送るメールの待ち行列です。宛先と本文はここには出ません。
gate-mail-none = メールはありません
gate-mail-id = 番号
gate-mail-kind = 用件
gate-mail-state = 状態
gate-mail-host = 宛先のサーバー
gate-mail-tries = 回数
gate-mail-cause = 送れないわけ
gate-mail-made = 受付
gate-mail-done = 終わり
gate-mail-next = 次は { $when }
gate-mail-retry = 今すぐ送る
gate-mail-give-up = 取りやめる
done-mail-retried = もう一度送ります
done-mail-given-up = 送信を取りやめました
gate-state-waiting = 送信待ち
gate-state-kept = 送信箱に保管
gate-state-sent = 送信済み
gate-state-refused = 受取拒否
gate-state-expired = 期限切れ
gate-state-failed = 送信できず
gate-state-dropped = 取りやめ
gate-kind-sign_in_code = ログインの確認コード
gate-kind-notice = お知らせ
gate-kind-test = 試験
gate-kind-consent_reminder = 同意の期限のお知らせ
gate-kind-watch_reminder = 理解度チェックのお知らせ
gate-age-minutes = { $count }分前から
gate-age-hours = { $count }時間前から
gate-age-days = { $count }日前から
gate-stuck-closed = メールサーバーが設定されていないため、メールを送れません
gate-stuck-down = メールが止まっています: { $cause }
gate-stuck-late = メールの送信が遅れています
gate-stuck-failed = 送れなかったメールがあります
gate-stuck-waiting = { $count }通が待っています（いちばん古いものは { $age }）。つながれば自動で送られます。
gate-stuck-failed-count = この一日に { $count }通が送れませんでした。
gate-stuck-look = メールの送信状況を見る
audit-class-mail = メール
