# 土台のことば。

save = 保存する
cancel = やめる
back = もどる

# ---- 何が起きたか、どうすればよいか
fault-malformed = 送られた内容を読み取れませんでした
fault-malformed-remedy = 内容の形式を確かめて、もう一度送ってください。
fault-not-json = JSON として読めません（{ $line } 行 { $column } 文字目）
fault-not-json-remedy = 示した場所の前後の書き方を直して、もう一度送ってください。
fault-not-utf8 = 文字コードが UTF-8 ではありません（{ $at } バイト目）
fault-not-utf8-remedy = UTF-8 で送り直してください。
fault-too-deep = 入れ子が深すぎます（{ $limit } 段まで）
fault-too-deep-remedy = 入れ子を浅くして送ってください。
fault-invalid = 入力に誤りがあります
fault-invalid-remedy = 示した項目を直して、もう一度送ってください。
fault-nul-character = 使えない文字（U+0000）が含まれています
fault-nul-character-remedy = その文字を取り除いて、もう一度送ってください。
fault-signed-out = ログインが必要です
fault-signed-out-remedy = ログインしてから、もう一度お試しください。
fault-refused = この操作をする権限がありません
fault-refused-remedy = 必要な場合は、市の管理者に権限を確かめてください。
fault-missing = 見つかりませんでした
fault-missing-remedy = 場所が変わったか、なくなった可能性があります。検索か最初のページからお探しください。
fault-method = この場所では使えない方法です
fault-method-remedy = ページのリンクやボタンからお試しください。
fault-exists = 同じものがすでにあります
fault-exists-remedy = 今あるものを確かめてから、別の名前や番号にしてください。
fault-outdated = ほかの人が先に保存しました
fault-outdated-remedy = 今の内容と見比べて、残す方を選んでから保存してください。
fault-too-large = 大きすぎます（{ $limit } まで）
fault-too-large-remedy = 小さくするか、分けて送ってください。
fault-too-many-fields = 項目が多すぎます（{ $limit } まで）
fault-too-many-fields-remedy = 項目を減らして送ってください。
fault-media = この種類のデータは受け取れません
fault-media-remedy = Content-Type を確かめてください。
fault-too-many = 短い間に何度も送られました
fault-too-many-remedy = 少し待ってから、もう一度お試しください。
fault-internal = 内部で問題が起きました
fault-internal-remedy = 時間をおいてもう一度お試しください。続くときは、下の番号を添えて市にお知らせください。
fault-unavailable = いまは処理できません
fault-unavailable-remedy = 少し待ってから、もう一度お試しください。送った内容は保存されていません。
fault-busy = いま混み合っています
fault-busy-remedy = 少し待ってから、もう一度お試しください。
fault-read-only = 保守のため、いまは読むことだけができます
fault-read-only-remedy = しばらくたってから、もう一度お試しください。
fault-disk-full = 保存場所がいっぱいで、書き込めません
fault-disk-full-remedy = 読むことはできます。運用担当者がディスクを空けると、自動で書き込めるようになります。
fault-database-away = データベースにつながりません
fault-database-away-remedy = 少し待ってから、もう一度お試しください。つながると自動で元に戻ります。
fault-database-address = データベースの場所を読み取れません
fault-database-address-remedy = MACHIYA_DATABASE を postgres://利用者:パスワード@ホスト/データベース の形で書いてください。
fault-too-slow = 時間がかかりすぎたため、中止しました
fault-too-slow-remedy = 範囲を狭くするか、少し待ってから、もう一度お試しください。
fault-idempotency-key = Idempotency-Key が正しくありません
fault-idempotency-key-remedy = 空白のない { $limit } 文字までの英数字と記号にしてください。
fault-idempotency-reused = 同じ Idempotency-Key で別の内容が送られました
fault-idempotency-reused-remedy = 新しい内容には新しい鍵を使ってください。
fault-answered-once = この依頼はすでに行われ、答えは一度だけ渡されました
fault-answered-once-remedy = 答えを受け取れなかったときは、新しい依頼として送ってください。
fault-lease-lost = ほかの作業者がこの仕事を引き継ぎました
fault-lease-lost-remedy = 何もする必要はありません。
fault-data-newer = データが、このプログラムより新しい machiya のものです（{ $migration }）
fault-data-newer-remedy = 新しい machiya を使うか、古い machiya で作った控えから戻してください。データは変えていません。
fault-migration-changed = 実行済みの移行が書き換えられています（{ $migration }）
fault-migration-changed-remedy = 正しい machiya を入れ直してください。実行済みの移行は変えず、新しい移行を足します。データは変えていません。
fault-key-file = 鍵のファイルを読めません（{ $line } 行目）
fault-key-file-remedy = 鍵のファイルを控えから戻してください。1 行に「名前 鍵」の形です。

# ---- 項目ごとの誤り
field-required = 入力してください
field-unknown = この項目はありません
field-choice = 次の中から選んでください: { $choices }
field-type = 値の種類が違います（必要なもの: { $wanted }）
field-unreadable = 読み取れません
field-too-short = { $min } 文字以上にしてください
field-too-long = { $max } 文字までにしてください
field-too-small = { $min } 以上にしてください
field-too-big = { $max } 以下にしてください
field-pattern = 形式が正しくありません
field-url = URL の形式が正しくありません
field-phone = 電話番号の形式が正しくありません
field-email = メールアドレスの形式が正しくありません
field-ascii = 半角の英数字で入力してください
field-not-the-same = 同じ内容を入力してください
field-zone = 知らない時間帯です（例: Asia/Tokyo）
field-address = https:// で始まり、最後に / のないアドレスにしてください
field-host = 小文字の英数字、点、ハイフンのホスト名にしてください

# ---- ページ
home-title = 市のポータル
home-welcome = { $city }へようこそ
home-lead = 手続き、相談先、市からのお知らせを、ここから探せます。
demo-banner = これは見本の市です
demo-banner-text = 市も人も架空です。入力した内容は、この機械の中だけに残ります。
read-only-banner = 保守のため、いまは読むことだけができます

menu-work = 仕事
menu-city = 市の設定
menu-watch = 見守り
menu-desk = 職員の机
menu-city-facts = 市の基本情報
menu-jobs = 処理待ちと失敗
menu-audit = 操作の記録
menu-rights = 権限の一覧

setup-title = はじめの準備
setup-what = 準備すること
setup-state = 状態
setup-done = 済み
setup-open = まだ
setup-missing = あと { $count } 件の準備が残っています。
setup-complete = はじめの準備はすべて済んでいます。
setup-name = 市の名前
setup-zone = 時間帯
setup-public-url = 公開アドレス
setup-mail = 差出人のメールアドレス
setup-languages = 使う言語

city-name = 市の名前
city-zone = 時間帯
city-zone-hint = 例: Asia/Tokyo。日付と時刻の表示に使います。
city-public-url = 公開アドレス
city-public-url-hint = 住民が開くアドレス。例: https://portal.example.jp （最後に / を付けません）
city-hosts = ホスト名
city-hosts-hint = この市へ導くホスト名を 1 行に 1 つずつ書きます。
city-mail-from = 差出人のメールアドレス
city-mail-hint = 市から送るメールの差出人。まだなければ空のままにします。

city-languages = 使う言語
city-somebody = ほかの職員
language-ja = 日本語
language-ja-x-easy = やさしい日本語
language-en = 英語

jobs-lead = 後から行う処理の待ち行列です。くり返し失敗したものはここに残り、やり直すか、取りやめることができます。
jobs-none = 該当する処理はありません。
job-kind = 処理
job-state = 状態
job-tries = 回数
job-created = 受付
job-fault = 最後の失敗
job-do = 操作
job-all = すべて
job-dead = 失敗
job-waiting = 待ち
job-running = 実行中
job-retry = やり直す
job-dismiss = 取りやめる

audit-lead = 誰が何をしたか、誰が断られたかの記録です。新しいものから並びます。
audit-none = 該当する記録はありません。
audit-at = 日時
audit-actor = 操作した人
audit-action = 操作
audit-object = 対象
audit-outcome = 結果
audit-via = 入口
audit-anyone = ログインしていない人
audit-via-page = 画面
audit-via-api = API
audit-via-door = 外との接続口
audit-via-command = コマンド
audit-via-job = 自動の処理
audit-done = 実行
audit-refused = 拒否

rights-lead = すべての操作と、それができる役割です。画面、API、コマンドのどこから来ても同じ権限で判断します。
rights-action = 操作
rights-who = できる人

role-anyone = だれでも
role-resident = 住民
role-staff = 職員
role-editor = 原稿の担当
role-approver = 承認の担当
role-clerk = 窓口の担当
role-auditor = 監査の担当
role-admin = 管理者
role-operator = 運用者（コマンド）
role-system = システム

reach-city = 市全体
reach-own-department = 自分の部署
reach-own-district = 自分の地区
reach-own-household = 自分の世帯
reach-own = 自分のもの

done-saved = 保存しました
done-job-retried = もう一度行うようにしました
done-job-dismissed = 取りやめました

action-ground-city = 市の基本情報を見る
action-ground-save_city = 市の基本情報を変える
action-ground-jobs = 処理待ちと失敗を見る
action-ground-retry_job = 失敗した処理をやり直す
action-ground-dismiss_job = 失敗した処理を取りやめる
action-ground-audit = 操作の記録を見る
action-ground-rights = 権限の一覧を見る
action-ground-desk = 職員の机を開く

event-ground-city_saved = 市の基本情報が変わった
event-ground-job_retried = 失敗した処理がやり直された
event-ground-job_dismissed = 失敗した処理が取りやめられた
