# 使い方、わたす相手、同意の ことば。

people-attribute-name = 名前
people-attribute-kana = 名前の 読み方
people-attribute-birth = 生まれた日
people-attribute-age-band = 年代（10才ごと）
people-attribute-postal = 郵便番号
people-attribute-address = 住所
people-attribute-block = 町の 名前
people-attribute-district = 地区
people-attribute-place = 家の 場所（地図の 点）
people-attribute-household = いっしょに 住む 家族
people-attribute-mail = メールアドレス
people-attribute-phone = 電話番号
people-attribute-languages = 使う ことば
people-attribute-interests = 気に なること
people-attribute-wishes = 手伝って ほしいこと
people-attribute-level = 本人か どうか たしかめた 程度

fault-people-purpose-retired = この 使い方は 終わりました
fault-people-purpose-retired-remedy = 新しく「はい」と 言うことは できません。一覧を もう一度 開いて ください。
fault-people-purpose-changed = 読んで いる あいだに、内容が 変わりました
fault-people-purpose-changed-remedy = ページを もう一度 開いて ください。新しい 内容を 読んでから 決めて ください。
fault-people-consent-not-asked = この 使い方に 同意は いりません
fault-people-consent-not-asked-remedy = 法律などで 決まって います。理由は 一覧に 書いて あります。
fault-people-consent-minor = 子どもの 同意は、親などが します
fault-people-consent-minor-remedy = 親などが、自分の アカウントで 子どもの かわりに して ください。やめることは、子どもが いつでも できます。
event-people-consent_requested = 同意を お願いした
event-people-consent_given = 同意した
event-people-consent_refused = 同意しなかった
event-people-consent_withdrawn = 同意を やめた
event-people-consent_expired = 同意の 時間が 終わった
