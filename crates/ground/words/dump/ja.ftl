# 控え（バックアップ）、復元、データベースの引っ越しのことば。

fault-backup-unknown = machiya の控えではありません
fault-backup-unknown-remedy = 名前が .machiya で終わる控えのファイルを指定してください。何も変えていません。
fault-backup-damaged = 控えが壊れているか、途中で切れています（{ $place }）
fault-backup-damaged-remedy = 別の控えを使うか、もとの場所からもう一度写してください。何も変えていません。
fault-backup-incomplete = 控えに足りない表があります（{ $table }）
fault-backup-incomplete-remedy = 別の控えを使ってください。何も変えていません。
fault-backup-format = この machiya が知らない形式の控えです（形式 { $format }）
fault-backup-format-remedy = 控えを作った版か、それより新しい machiya を使ってください。何も変えていません。
fault-backup-busy = 書き込みが続いていて、控えを取り始められません
fault-backup-busy-remedy = 少し待って、もう一度実行してください。
fault-backup-exists = 同じ名前の控えがあるか、作りかけが残っています: { $path }
fault-backup-exists-remedy = 別の名前を指定してください。作りかけ（.part）は、ほかに控えを取っていなければ消してかまいません。
fault-backup-unwritable = 書き込めません: { $why }
fault-backup-unwritable-remedy = フォルダーがあるか、書き込む権利があるかを確かめてください。
fault-backup-unreadable = 控えを読めません: { $why }
fault-backup-unreadable-remedy = ファイルの名前と、読む権利があるかを確かめてください。何も変えていません。
fault-backup-no-city = 「{ $city }」という市町村はここにありません
fault-backup-no-city-remedy = machiya city list で名前を確かめてください。
fault-restore-slug = 「{ $city }」は市町村の短い名前に使えません
fault-restore-slug-remedy = 英小文字、数字、ハイフンで 2 文字から 32 文字にしてください。何も変えていません。
fault-restore-city-exists = 「{ $city }」はもうあります
fault-restore-city-exists-remedy = 別の名前で並べて戻すには --as、いまのものを脇によけて入れ替えるには --replace を付けてください。何も変えていません。
fault-move-differs = 写した結果がもとと違います（{ $table }）
fault-move-differs-remedy = 写したものは残していません。もとのデータは変えていません。もう一度試し、続くときは machiya doctor の結果を添えて知らせてください。
fault-move-upgrade-first = もとのデータが古い版のままです（{ $migration }）
fault-move-upgrade-first-remedy = この版の machiya serve を一度起動してデータを新しくしてから、もう一度実行してください。
