# 代わりに操作する
action-people-act_for = ほかの 人の かわりに 使い始める
action-people-stop_acting = かわりに 使うのを やめる
action-people-begin_counter = 窓口で かわりに 使い始める
action-people-end_counter = 窓口で かわりに 使うのを 終わる
event-people-acting_begun = かわりに 使い始めた
event-people-acting_ended = かわりに 使うのを 終わった
event-people-mandate_made = かわりに 使う 約束が できた
event-people-mandate_ended = かわりに 使う 約束が 終わった
fault-people-mandate-over = いまは かわりに 使えません
fault-people-mandate-over-remedy = 約束の 期間では ありません。「家族・代理」の ページで 確かめて ください。
done-people-acting = ここからは かわりに 使います
done-people-acting-stopped = かわりに 使うのを やめました。ここからは あなたの ことです
people-relation-parent = 親など
people-relation-guardian = 後見人など
people-relation-helper = たのまれた 人
people-relation-counter = 窓口の 職員
