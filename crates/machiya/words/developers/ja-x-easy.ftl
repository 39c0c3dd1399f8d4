# 開発者向けのページと、受け付けの入口のことば。

developers-title = プログラムを つくる ｜人《ひと》へ
developers-lead = この サイトで できる ことは、ぜんぶ API でも できます。API で おくるものと、かえるものを ここで しらべます。
developers-api-lead = ｜市《し》の API です。ページと おなじ ことが できます。
developers-openapi = OpenAPI 3.1 の ファイル（JSON）
developers-identity = 市の アカウントで ログインする（OpenID Connect）
developers-kit = ｜画面《がめん》の ぶひん
developers-action = すること
developers-effect = はたらき
developers-address = アドレス
developers-reads = よむ
developers-writes = かく
developers-emits = おきること
developers-rate = ｜回数《かいすう》の きまり
developers-rate-text = 1｜分《ぷん》に { $rate }｜回《かい》まで（つづけて { $burst }｜回《かい》まで）
developers-try = ためす
developers-send = おくる
developers-curl = ターミナルで ためすとき:
developers-schemas = おくるものと かえるもの
developers-input = おくるもの（JSON Schema）
developers-output = かえるもの（JSON Schema）
developers-answer = けっか
developers-problem = なにが おきたか、どうすれば いいか（RFC 9457）
developers-idempotency = おなじ かぎで なんど おくっても、1｜回《かい》だけ します。
developers-if-match = ｜見《み》たときの ｜番号《ばんごう》です。ほかの ｜人《ひと》が さきに かえたときは 412 です。

developers-room-ground = システムを うごかす
developers-room-context = データを つなぐ
developers-room-devices = きかいを しらべる
developers-room-people = ログインと ゆるし
developers-room-messages = お｜知《し》らせ
developers-room-cases = ｜手続《てつづ》き
developers-room-bookings = よやく
developers-room-ledger = お｜金《かね》と ポイント
developers-room-community = みんなで つくる
developers-room-atlas = オープンデータと ｜地図《ちず》
developers-room-refuge = ｜災害《さいがい》に そなえる
developers-room-insight = ｜数字《すうじ》で ｜見《み》る
developers-room-gate = そとの システムと つなぐ
developers-room-packs = サービスの くみあわせ

# ---- 入口で起きること
fault-address-malformed = アドレスが まちがっています
fault-address-malformed-remedy = アドレスを もういちど ｜見《み》てください。とちゅうで きれているかもしれません。
fault-address-too-long = アドレスが ながすぎます（{ $limit } バイトまで）
fault-address-too-long-remedy = さがす ことばを すくなく してください。
fault-head-too-large = おくられた ヘッダーが おおきすぎます（{ $limit } バイトまで）
fault-head-too-large-remedy = ブラウザーの Cookie を けして、もういちど してください。
fault-unknown-host = この アドレスの サイトは ありません
fault-unknown-host-remedy = アドレスを もういちど ｜見《み》てください。
fault-body-too-slow = おくるのに ｜時間《じかん》が かかりました。とちゅうで やめました
fault-body-too-slow-remedy = ｜電波《でんぱ》の いい ｜場所《ばしょ》で、もういちど おくってください。
fault-form-token = この ｜画面《がめん》は ふるく なりました
fault-form-token-remedy = まえの ｜画面《がめん》を もういちど ひらいて、おくってください。
fault-other-origin = ほかの サイトから おくられました。できません
fault-other-origin-remedy = この サイトの ｜画面《がめん》から してください。
fault-if-match = If-Match が まちがっています
fault-if-match-remedy = ETag で もらった ｜番号《ばんごう》（「"3"」など）を そのまま おくってください。
fault-cannot-listen = { $address } が つかえません（{ $said }）
fault-cannot-listen-remedy = ほかの プログラムが おなじ アドレスを つかっていないか しらべてください。または MACHIYA_LISTEN を かえてください。
fault-tls-file = TLS の ファイルが よめません: { $path }（{ $said }）
fault-tls-file-remedy = ｜証明書《しょうめいしょ》と かぎ（PEM）を しらべてください。

