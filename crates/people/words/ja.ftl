# 人のことば: アカウント、ログイン、職員と部署、地区。

# ---- ログインとログアウト
people-sign-in = ログイン
people-sign-in-lead = { $city }のポータルにログインする方法です。
people-sign-in-link = 市から届いたリンクでログインする
people-sign-in-link-text = 職員の方は、市の管理者から受け取ったリンクを開き、「ログインする」を押してください。リンクは1回だけ使えます。
people-sign-in-link-lost = リンクをなくしたとき、または使えなくなったときは、市の管理者に新しいリンクを頼んでください。
people-sign-out = ログアウト
people-first-admin = 管理者
people-link-first-admin = 管理者としてログインする
people-link-invite = 職員としてログインする
people-link-for = これは「{ $name }」さんのためのリンクです。
people-link-until = { $when }まで、1回だけ使えます。
people-link-not-you = あなたのものでないときは、押さずにこのページを閉じ、渡した人に知らせてください。
people-link-use = ログインする
fault-people-link = このリンクは使えません
fault-people-link-remedy = リンクが途中で切れているか、もう使われたか、期限が過ぎています。新しいリンクを頼んでください。
fault-people-locked = このアカウントは停止中です
fault-people-locked-remedy = 先にアカウントの停止を解いてください。
fault-people-last-admin = 最後の管理者は停止できません
fault-people-last-admin-remedy = 先に、ほかの人を管理者にしてください。
done-people-signed-out = ログアウトしました

people-demo = 見本の市でためす
people-demo-lead = ここは見本の市です。だれの立場でもログインして、ためすことができます。
people-demo-resident = 住民としてログイン
people-demo-resident-title = 住民
people-demo-resident-text = 自分のページと、市からのお知らせを見ます。
people-demo-editor = 原稿の担当としてログイン
people-demo-editor-title = 部署の職員（原稿）
people-demo-editor-text = 広報広聴課で、お知らせの原稿を書きます。
people-demo-approver = 承認の担当としてログイン
people-demo-approver-title = 部署の職員（承認）
people-demo-approver-text = 広報広聴課で、ほかの人が書いた原稿を確かめて承認します。
people-demo-clerk = 窓口の担当としてログイン
people-demo-clerk-title = 窓口の職員
people-demo-clerk-text = 市民課の窓口で、来た人の手続を手伝います。
people-demo-auditor = 監査の担当としてログイン
people-demo-auditor-title = 監査の職員
people-demo-auditor-text = 操作の記録を確かめます。内容は変えられません。
people-demo-admin = 管理者としてログイン
people-demo-admin-title = 管理者
people-demo-admin-text = 部署、職員、地区、市の基本情報を決めます。

# ---- マイページ
people-my = マイページ
people-profile = 登録内容
people-profile-edit = 登録内容を変える
people-display-name = 表示する名前
people-display-name-hint = 画面の上やマイページに出る名前です。
people-language = 表示する言語
people-language-hint = 「ブラウザーに合わせる」を選ぶと、お使いの機器の設定に従います。
people-language-browser = ブラウザーに合わせる
people-language-ja = 日本語
people-language-easy = やさしい日本語
people-language-en = English
people-mail = メールアドレス
people-district = 地区
people-block = 町字
people-change = 変える
people-not-given = 登録されていません
people-sessions = ログイン中の機器
people-sessions-lead = このアカウントでログインしている機器です。身に覚えのないものは終了してください。
people-session-browser = ブラウザーと機器
people-session-since = ログインした日時
people-session-seen = 最後に使った日時
people-session-ends = 自動で終わる日時
people-session-do = 操作
people-session-unknown = 不明
people-session-this = この機器
people-session-end = 終了する
people-session-end-others = ほかの機器をすべて終了する
done-people-session-ended = ログインを終了しました

# ---- 部署と職員に共通
people-crumb-staff = 職員の机
people-name = 名前
people-name-ja = 名前（日本語）
people-name-easy = 名前（やさしい日本語）
people-name-easy-hint = むずかしい漢字や言い方を使わずに書きます。空のときは日本語の名前が出ます。
people-name-en = 名前（英語）
people-state = 状態
people-place = 並び順
people-place-hint = 小さい数字から並びます。0から9999まで。
people-saved = { $when } { $who }が保存
people-saved-by-command = 運用者

# ---- 部署
people-menu-departments = 部署
people-departments-lead = 市の組織です。上位の部署の下に並びます。
people-departments-none = 部署がまだありません
people-departments-none-text = 1つずつ加えるか、表計算ソフトの一覧を取り込みます。
people-departments-closed = 廃止した部署も見る
people-departments-open = 今ある部署だけ見る
people-department-new = 部署を加える
people-department-edit = 部署を変える
people-department-code = 部署コード
people-department-code-hint = 英数字、ハイフン、点で20文字まで。一覧の取り込みで部署を見分けるために使います。
people-department-parent = 上位の部署
people-department-top = なし（いちばん上）
people-department-is-open = あり
people-department-closed-on = { $day } 廃止
people-department-people = 所属する職員: { $count }人
people-department-see-people = 所属する職員を見る
people-department-close = 部署を廃止する
people-department-close-on = 廃止する日
people-department-close-text = 廃止しても、これまでの記録は残ります。職員や下の部署があるうちは廃止できません。
people-department-open = 廃止を取り消す
fault-people-department-in-use = まだ職員か、下の部署があります
fault-people-department-in-use-remedy = 先に、職員の所属と下の部署を移してください。

# ---- 項目ごとの誤り
field-people-code = 英数字、ハイフン、点、下線で20文字までにしてください
field-people-code-taken = この部署コードは、ほかの部署が使っています
field-people-slug = 小文字の英数字とハイフンで40文字までにしてください
field-people-slug-taken = この記号は、ほかの地区が使っています
field-people-mail-taken = このメールアドレスは、ほかの人が使っています
field-people-locked = このアカウントは停止中です。先に停止を解いてください
field-people-postal = 郵便番号は数字7けたにしてください（例: 123-4567）
field-people-date = 日付は 2026-04-01 の形で入力してください
field-people-department-unknown = この部署コードの部署はありません
field-people-department-closed = この部署は廃止されています
field-people-parent = この部署の下には置けません（自分や自分の下の部署、または5段目になります）
field-people-role = 職員に付けられない権限です
field-people-last-admin = 最後の管理者です。先に、ほかの人を管理者にしてください

# ---- はじめの準備
people-setup-admin = 管理者
people-setup-departments = 部署
people-setup-staff = 職員
people-setup-districts = 地区と町字

# ---- 操作の名前
action-people-me = 自分のアカウントを見る
action-people-profile = 自分の登録内容を見る
action-people-save_me = 自分の登録内容を変える
action-people-sessions = 自分のログイン中の機器を見る
action-people-end_session = 自分のログインを1つ終了する
action-people-end_other_sessions = 自分のほかのログインをすべて終了する
action-people-sign_out = ログアウトする
action-people-demo_sign_in = 見本の市でログインする
action-people-link = ログイン用リンクの宛先を見る
action-people-use_link = リンクでログインする
action-people-invite_admin = 管理者のリンクを作る
action-people-invite_staff = 職員のリンクを作る
action-people-departments = 部署の一覧を見る
action-people-department = 部署を見る
action-people-save_department = 部署を加える・変える
action-people-close_department = 部署を廃止する
action-people-staff = 職員の一覧を見る
action-people-staff_member = 職員を見る
action-people-save_staff = 職員を加える・変える
action-people-lock_staff = 職員のアカウントを停止する
action-people-unlock_staff = 職員のアカウントの停止を解く
action-people-districts = 地区の一覧を見る
action-people-district = 地区を見る
action-people-save_district = 地区を加える・変える
action-people-blocks = 地区の町字を見る
action-people-save_block = 町字を地区に入れる
action-people-remove_block = 町字を表から外す
action-people-district_of = 町字の地区を調べる

event-people-account_saved = アカウントの登録内容が変わった
event-people-account_locked = アカウントが停止された
event-people-account_unlocked = アカウントの停止が解かれた
event-people-signed_in = ログインした
event-people-signed_out = ログインが終わった
event-people-link_made = ログイン用リンクが作られた
event-people-staff_saved = 職員が加わった・変わった
event-people-department_saved = 部署が加わった・変わった
event-people-district_saved = 地区が加わった・変わった
event-people-block_saved = 町字が地区に入った
event-people-block_removed = 町字が表から外れた
event-people-imported = 一覧が取り込まれた
