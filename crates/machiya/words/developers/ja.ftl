# 開発者向けのページと、受け付けの入口のことば。

developers-title = 開発者の方へ
developers-lead = このポータルでできることは、すべて API からも同じ権限でできます。操作ごとに、送る内容と返る内容を確かめられます。
developers-api-lead = 市の都市OSの API。ページ、コマンドと同じ操作を、同じ権限で行います。
developers-openapi = OpenAPI 3.1 の定義（JSON）
developers-identity = 市のアカウントでログインする（OpenID Connect の案内）
developers-kit = 画面の部品の見本
developers-action = 操作
developers-effect = 働き
developers-address = アドレス
developers-reads = 読む
developers-writes = 書く
developers-emits = 起きる出来事
developers-rate = 回数の制限
developers-rate-text = 1 分に { $rate } 回まで（続けて { $burst } 回まで）
developers-try = 試す
developers-send = 送信する
developers-curl = ターミナルから試すとき:
developers-schemas = 送る内容と返る内容
developers-input = 送る内容（JSON Schema）
developers-output = 返る内容（JSON Schema）
developers-answer = 結果
developers-problem = 何が起きたか、どうすればよいか（RFC 9457）
developers-idempotency = 同じ鍵で送り直しても、行われるのは一度だけです。
developers-if-match = 見たときの版。ほかの人が先に変えていたら 412 を返します。

developers-room-ground = システム運用
developers-room-context = データ仲介
developers-room-devices = アセット管理
developers-room-people = 認証・オプトイン管理
developers-room-messages = 情報発信
developers-room-cases = 手続・申請
developers-room-bookings = 予約・マッチング
developers-room-ledger = 決済・地域ポイント
developers-room-community = 共創・地区
developers-room-atlas = オープンデータ・GIS
developers-room-refuge = 防災
developers-room-insight = KPI・分析
developers-room-gate = 外部連携
developers-room-packs = サービスパック

# ---- 入口で起きること
fault-address-malformed = アドレスの形が正しくありません
fault-address-malformed-remedy = リンクが途中で切れていないか、使えない文字が入っていないかを確かめてください。
fault-address-too-long = アドレスが長すぎます（{ $limit } バイトまで）
fault-address-too-long-remedy = 検索の条件を減らすか、本文で送ってください。
fault-head-too-large = ヘッダーが大きすぎます（{ $limit } バイトまで）
fault-head-too-large-remedy = Cookie を消して、もう一度お試しください。
fault-unknown-host = このアドレスのポータルはありません
fault-unknown-host-remedy = アドレスを確かめてください。運用担当の方は、市の設定の「ホスト名」に足してください。
fault-body-too-slow = 送信に時間がかかりすぎたため、受け取りをやめました
fault-body-too-slow-remedy = 通信の状態を確かめて、もう一度送ってください。
fault-form-token = 画面を開いてから時間がたったため、受け付けませんでした
fault-form-token-remedy = 前の画面を開き直して、もう一度送ってください。入力した内容は、戻るボタンで残っていることがあります。
fault-other-origin = ほかのサイトから送られた操作のため、受け付けませんでした
fault-other-origin-remedy = このポータルの画面から操作してください。
fault-if-match = If-Match が正しくないか、この操作では使えません
fault-if-match-remedy = ETag で受け取った値（例: "3"）をそのまま送ってください。
fault-cannot-listen = { $address } で待ち受けられません（{ $said }）
fault-cannot-listen-remedy = ほかのプログラムが同じアドレスを使っていないかを確かめるか、MACHIYA_LISTEN を変えてください。
fault-tls-file = TLS のファイルを読めません: { $path }（{ $said }）
fault-tls-file-remedy = PEM 形式の証明書と鍵の組か、読む権限があるかを確かめてください。

