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

# ---- 操作
action-gate-mails = メールが 送れたか 見る
action-gate-mail_state = メールが 止まって いないか 見る
action-gate-retry_mail = メールを もう 一度 送る
action-gate-give_up_mail = メールを 送るのを やめる
action-gate-outbox = 見本の市の メールを 見る

# ---- 送れなかった わけ
fault-mail-down = メールサーバーに つながりません
fault-mail-down-remedy = 設定の mail.server を たしかめて ください。メールは 待って います。つながったら 送ります。
fault-mail-slow = メールサーバーの 返事が 遅すぎます
fault-mail-slow-remedy = メールサーバーを たしかめて ください。メールは 待って います。
fault-mail-later = メールサーバーが「あとで もう 一度」と 答えました
fault-mail-later-remedy = 自動で もう 一度 送ります。長く つづくときは、サーバーの 人に 聞いて ください。
fault-mail-login = メールサーバーが 名前と パスワードを みとめません
fault-mail-login-remedy = 設定の mail.user と mail.password を たしかめて ください。
fault-mail-unsafe = メールサーバーが 安全な つなぎ方（STARTTLS）を できません
fault-mail-unsafe-remedy = 安全な サーバーか、smtps:// を 使って ください。
fault-mail-no-sender = 送る 人の アドレスが きまって いません
fault-mail-no-sender-remedy = 「市の 基本情報」か 設定の mail.from に アドレスを 入れて ください。
fault-mail-over = この メールには もう 何も できません
fault-mail-over-remedy = もう 送ったか、中身が ありません。一覧を もう 一度 開いて ください。
fault-outside-address = この アドレスは 使えません
fault-outside-address-remedy = http:// か https:// で はじまる アドレスを 書いて ください。
fault-outside-private = 中の ネットワークの アドレスは 使えません
fault-outside-private-remedy = 外の アドレスを 書いて ください。中の サーバーを 使うときは、設定の outbound_private を allow に します。
fault-outside-unreachable = 相手の サーバーに つながりません
fault-outside-unreachable-remedy = アドレスを たしかめて ください。少し 待って、もう 一度 ためして ください。
fault-outside-slow = 相手の サーバーの 返事が 遅すぎます
fault-outside-slow-remedy = 少し 待って、もう 一度 ためして ください。
fault-outside-nonsense = 相手の サーバーの 返事が わかりません
fault-outside-nonsense-remedy = アドレスが 正しいか たしかめて ください。
fault-outside-too-long = 相手の サーバーの 返事が 大きすぎます（{ $limit } バイトまで）
fault-outside-too-long-remedy = アドレスが 正しいか たしかめて ください。
fault-outside-redirect = 相手の サーバーが ちがう ところを 教えました。そこには 行けません
fault-outside-redirect-remedy = さいごに 行く アドレスを 書いて ください。

# ---- 見本の市の送信箱
gate-outbox = 送信箱（見本の市）
gate-outbox-lead = 見本の市は メールを 送りません。送る はずの メールが ここに あります。新しい ものが 上です。確認コードも ここで 読めます。
gate-outbox-reload = 新しい メールを 見る
gate-outbox-none = まだ メールは ありません
gate-outbox-none-text = ログインの ページで メールアドレスを 入れて ください。確認コードが ここに 来ます。
gate-outbox-to = 送り先: { $to }
gate-outbox-over = もう 使えません

# ---- メールの送信状況
gate-menu-mail = メールの ようす
gate-mail = メールの ようす
gate-mail-lead = 市が 送る メールの 列です。送り先と 中身は 出ません。
gate-mail-none = メールは ありません
gate-mail-id = 番号
gate-mail-kind = 何の メール
gate-mail-state = ようす
gate-mail-host = 送り先の サーバー
gate-mail-tries = 回数
gate-mail-cause = 送れない わけ
gate-mail-made = 受けた とき
gate-mail-done = 終わった とき
gate-mail-next = 次は { $when }
gate-mail-retry = 今 送る
gate-mail-give-up = やめる
done-mail-retried = もう 一度 送ります
done-mail-given-up = 送るのを やめました
gate-state-waiting = 待って います
gate-state-kept = 送信箱に あります
gate-state-sent = 送りました
gate-state-refused = 受け取りませんでした
gate-state-expired = 時間が すぎました
gate-state-failed = 送れませんでした
gate-state-dropped = やめました
gate-kind-sign_in_code = ログインの コード
gate-kind-notice = お知らせ
gate-kind-test = ためし
gate-kind-consent_reminder = 同意が もうすぐ 終わる お知らせ
gate-kind-watch_reminder = 理解度チェックの お知らせ
gate-age-minutes = { $count }分 前から
gate-age-hours = { $count }時間 前から
gate-age-days = { $count }日 前から
gate-stuck-closed = メールサーバーの 設定が ないので、メールを 送れません
gate-stuck-down = メールが 止まって います: { $cause }
gate-stuck-late = メールが おくれて います
gate-stuck-failed = 送れなかった メールが あります
gate-stuck-waiting = { $count }通が 待って います（いちばん 古い ものは { $age }）。つながったら 自動で 送ります。
gate-stuck-failed-count = この 1日に { $count }通が 送れませんでした。
gate-stuck-look = メールの ようすを 見る
audit-class-mail = メール
