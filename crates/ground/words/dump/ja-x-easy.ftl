# 控え（バックアップ）、もとに もどす こと、データベースの ひっこしの ことば。

fault-backup-unknown = これは machiya の 控えでは ありません
fault-backup-unknown-remedy = 名前の 終わりが .machiya の ファイルを 選んで ください。何も かえて いません。
fault-backup-damaged = 控えが こわれて います（{ $place }）
fault-backup-damaged-remedy = ほかの 控えを 使って ください。何も かえて いません。
fault-backup-incomplete = 控えに 足りない 表が あります（{ $table }）
fault-backup-incomplete-remedy = ほかの 控えを 使って ください。何も かえて いません。
fault-backup-format = この machiya は この 控えを 読むことが できません（形式 { $format }）
fault-backup-format-remedy = 新しい machiya を 使って ください。何も かえて いません。
fault-backup-busy = いま 書きこみが 多いです。控えを はじめることが できません
fault-backup-busy-remedy = 少し 待って ください。それから もう一度 して ください。
fault-backup-exists = 同じ 名前の 控えが あります: { $path }
fault-backup-exists-remedy = ほかの 名前に して ください。
fault-backup-unwritable = 書くことが できません: { $why }
fault-backup-unwritable-remedy = フォルダーが あるか 見て ください。書いて よい 場所か 見て ください。
fault-backup-unreadable = 控えを 読むことが できません: { $why }
fault-backup-unreadable-remedy = ファイルの 名前を 見て ください。何も かえて いません。
fault-backup-no-city = 「{ $city }」は ここに ありません
fault-backup-no-city-remedy = machiya city list で 名前を 見て ください。
fault-restore-slug = 「{ $city }」は 使えない 名前です
fault-restore-slug-remedy = 小さい 英字、数字、ハイフンで 2文字から 32文字に して ください。何も かえて いません。
fault-restore-city-exists = 「{ $city }」は もう あります
fault-restore-city-exists-remedy = ほかの 名前に するときは --as を 使います。入れかえるときは --replace を 使います。何も かえて いません。
fault-move-differs = うつした データが もとと ちがいます（{ $table }）
fault-move-differs-remedy = うつした データは 残して いません。もとの データは そのままです。もう一度 して ください。
fault-move-upgrade-first = もとの データが 古いです（{ $migration }）
fault-move-upgrade-first-remedy = 先に この machiya を 一度 動かして ください。それから もう一度 して ください。
