# 利用目的、提供先、同意のことば。

people-attribute-name = 氏名
people-attribute-kana = 氏名のふりがな
people-attribute-birth = 生年月日
people-attribute-age-band = 年代（10歳きざみ）
people-attribute-postal = 郵便番号
people-attribute-address = 住所
people-attribute-block = 町名・丁目
people-attribute-district = 地区
people-attribute-place = 自宅の位置（緯度・経度）
people-attribute-household = 世帯の構成
people-attribute-mail = メールアドレス
people-attribute-phone = 電話番号
people-attribute-languages = 使う言語
people-attribute-interests = 関心のある分野
people-attribute-wishes = 配慮してほしいこと
people-attribute-level = 本人確認の段階

fault-people-purpose-retired = この利用目的は終わっています
fault-people-purpose-retired-remedy = 新しく同意することはできません。一覧を開き直して、今あるものを確かめてください。
fault-people-purpose-changed = 読んでいる間に、利用目的の内容が変わりました
fault-people-purpose-changed-remedy = ページを開き直して、新しい内容を読んでから決めてください。前の内容への同意は記録していません。
fault-people-consent-not-asked = この利用目的に同意は要りません
fault-people-consent-not-asked-remedy = 法律などの根拠で使うものです。根拠は一覧に書いてあります。
fault-people-consent-minor = お子さんの同意は、保護者がします
fault-people-consent-minor-remedy = 保護者の方が、ご自分のアカウントからお子さんの代わりに手続をしてください。同意をやめることは、本人がいつでもできます。
event-people-consent_requested = 同意のお願いがされた
event-people-consent_given = 同意した
event-people-consent_refused = 同意しなかった
event-people-consent_withdrawn = 同意をやめた
event-people-consent_expired = 同意の期限が過ぎた
