# 人のことば: アカウント、ログイン、職員と部署、地区。

# ---- ログインとログアウト
people-sign-in = ログイン
people-sign-in-lead = { $city }の ページに ログインする 方法です。
people-sign-in-link = 市から もらった リンクで ログインする
people-sign-in-link-text = 職員の 人は、市の 管理者から もらった リンクを 開いて ください。次に「ログインする」を 押して ください。リンクは 1回だけ 使えます。
people-sign-in-link-lost = リンクを なくしたり、リンクが 使えなかったり したら、市の 管理者に 新しい リンクを もらって ください。
people-sign-out = ログアウト
people-first-admin = 管理者
people-link-first-admin = 管理者として ログインする
people-link-invite = 職員として ログインする
people-link-for = これは「{ $name }」さんの リンクです。
people-link-until = { $when }まで 使えます。使えるのは 1回だけです。
people-link-not-you = あなたの リンクでは ないときは、押さないで ください。この ページを 閉じて、くれた 人に 知らせて ください。
people-link-use = ログインする
fault-people-link = この リンクは 使えません
fault-people-link-remedy = リンクが まちがっているか、もう 使ったか、使える 時間が 終わりました。新しい リンクを もらって ください。
fault-people-locked = この アカウントは 止まっています
fault-people-locked-remedy = 先に アカウントを 使えるように して ください。
fault-people-last-admin = 最後の 管理者は 止められません
fault-people-last-admin-remedy = 先に ほかの 人を 管理者に して ください。
done-people-signed-out = ログアウトしました

people-demo = 見本の市で ためす
people-demo-lead = ここは 見本の市です。だれの 立場でも ログインできます。
people-demo-resident = 住民として ログイン
people-demo-resident-title = 住民
people-demo-resident-text = 自分の ページと 市からの お知らせを 見ます。
people-demo-editor = 原稿の 担当として ログイン
people-demo-editor-title = 部署の 職員（書く人）
people-demo-editor-text = お知らせを 書きます。
people-demo-approver = 承認の 担当として ログイン
people-demo-approver-title = 部署の 職員（たしかめる人）
people-demo-approver-text = ほかの 人が 書いた お知らせを たしかめます。
people-demo-clerk = 窓口の 担当として ログイン
people-demo-clerk-title = 窓口の 職員
people-demo-clerk-text = 市役所に 来た 人を 手伝います。
people-demo-auditor = 監査の 担当として ログイン
people-demo-auditor-title = 監査の 職員
people-demo-auditor-text = だれが 何を したか たしかめます。何も 変えません。
people-demo-admin = 管理者として ログイン
people-demo-admin-title = 管理者
people-demo-admin-text = 部署、職員、地区などを 決めます。

# ---- マイページ
people-my = マイページ
people-profile = あなたのこと
people-profile-edit = あなたのことを 変える
people-display-name = ページに 出る 名前
people-display-name-hint = ページの 上に 出る 名前です。
people-language = ことば
people-language-hint = 「ブラウザーと 同じ」を えらぶと、あなたの 機械の ことばに なります。
people-language-browser = ブラウザーと 同じ
people-language-ja = 日本語
people-language-easy = やさしい日本語
people-language-en = English
people-mail = メールアドレス
people-district = 地区
people-block = 町の 名前
people-change = 変える
people-not-given = まだ ありません
people-sessions = ログインしている 機械
people-sessions-lead = この アカウントで ログインしている 機械です。知らない ものが あったら、終わりに して ください。
people-session-browser = ブラウザーと 機械
people-session-since = ログインした 時
people-session-seen = 最後に 使った 時
people-session-ends = 自動で 終わる 時
people-session-do = すること
people-session-unknown = わかりません
people-session-this = この 機械
people-session-end = 終わりにする
people-session-end-others = ほかの 機械を ぜんぶ 終わりにする
done-people-session-ended = ログインを 終わりにしました

# ---- 部署と職員に共通
people-crumb-staff = 職員の 机
people-name = 名前
people-name-ja = 名前（日本語）
people-name-easy = 名前（やさしい日本語）
people-name-easy-hint = むずかしい ことばを 使わないで 書きます。書かないと、日本語の 名前が 出ます。
people-name-en = 名前（英語）
people-state = 今の ようす
people-place = ならぶ 順番
people-place-hint = 小さい 数字が 先です。0から 9999まで です。
people-saved = { $when } { $who }が 保存しました
people-saved-by-command = 運用者

# ---- 部署
people-menu-departments = 部署
people-departments-lead = 市役所の 部や 課です。
people-departments-none = 部署が まだ ありません
people-departments-none-text = 1つずつ 書くか、表の ファイルを 読みこみます。
people-departments-closed = なくなった 部署も 見る
people-departments-open = 今 ある 部署だけ 見る
people-department-new = 部署を ふやす
people-department-edit = 部署を 変える
people-department-code = 部署コード
people-department-code-hint = 英語の 文字と 数字で 20文字までです。
people-department-parent = 上の 部署
people-department-top = なし（いちばん 上）
people-department-is-open = あります
people-department-closed-on = { $day }に なくなります
people-department-people = ここの 職員: { $count }人
people-department-see-people = ここの 職員を 見る
people-department-close = 部署を なくす
people-department-close-on = なくす 日
people-department-close-text = なくしても、前の 記録は 残ります。職員や 下の 部署が あるときは なくせません。
people-department-open = なくすのを やめる
fault-people-department-in-use = まだ 職員か 下の 部署が あります
fault-people-department-in-use-remedy = 先に 職員と 下の 部署を ほかの 部署に 移して ください。

# ---- 項目ごとの誤り
field-people-code = 英語の 文字、数字、「-」「.」「_」で 20文字までに して ください
field-people-code-taken = この 部署コードは ほかの 部署が 使っています
field-people-slug = 英語の 小さい 文字、数字、「-」で 40文字までに して ください
field-people-slug-taken = この 記号は ほかの 地区が 使っています
field-people-mail-taken = この メールアドレスは ほかの 人が 使っています
field-people-locked = この アカウントは 止まっています。先に 使えるように して ください
field-people-postal = 郵便番号は 数字 7つです（例: 123-4567）
field-people-date = 日は 2026-04-01 のように 書いて ください
field-people-department-unknown = この 部署コードの 部署は ありません
field-people-department-closed = この 部署は もう ありません
field-people-parent = この 部署の 下には 置けません
field-people-role = 職員には つけられない 権限です
field-people-last-admin = 最後の 管理者です。先に ほかの 人を 管理者に して ください

# ---- はじめの準備
people-setup-admin = 管理者
people-setup-departments = 部署
people-setup-staff = 職員
people-setup-districts = 地区と 町

# ---- 操作の名前
action-people-me = 自分の アカウントを 見る
action-people-profile = 自分の ことを 見る
action-people-save_me = 自分の ことを 変える
action-people-sessions = 自分が ログインしている 機械を 見る
action-people-end_session = 自分の ログインを 1つ 終わりにする
action-people-end_other_sessions = 自分の ほかの ログインを 終わりにする
action-people-sign_out = ログアウトする
action-people-demo_sign_in = 見本の市で ログインする
action-people-link = ログインの リンクが だれのか 見る
action-people-use_link = リンクで ログインする
action-people-invite_admin = 管理者の リンクを 作る
action-people-invite_staff = 職員の リンクを 作る
action-people-departments = 部署を ぜんぶ 見る
action-people-department = 部署を 見る
action-people-save_department = 部署を ふやす・変える
action-people-close_department = 部署を なくす
action-people-staff = 職員を ぜんぶ 見る
action-people-staff_member = 職員を 見る
action-people-save_staff = 職員を ふやす・変える
action-people-lock_staff = 職員の アカウントを 止める
action-people-unlock_staff = 職員の アカウントを 使えるように する
action-people-districts = 地区を ぜんぶ 見る
action-people-district = 地区を 見る
action-people-save_district = 地区を ふやす・変える
action-people-blocks = 地区の 町を 見る
action-people-save_block = 町を 地区に 入れる
action-people-remove_block = 町を 表から はずす
action-people-district_of = 町の 地区を 調べる

event-people-account_saved = アカウントが 変わった
event-people-account_locked = アカウントが 止まった
event-people-account_unlocked = アカウントが 使えるように なった
event-people-signed_in = ログインした
event-people-signed_out = ログインが 終わった
event-people-link_made = ログインの リンクが できた
event-people-staff_saved = 職員が ふえた・変わった
event-people-department_saved = 部署が ふえた・変わった
event-people-district_saved = 地区が ふえた・変わった
event-people-block_saved = 町が 地区に 入った
event-people-block_removed = 町が 表から はずれた
event-people-imported = 表を 読みこんだ
