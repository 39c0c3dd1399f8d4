# データの利用: 本人の情報をほかに渡すこと、その記録。

action-people-release = ひとりの 情報を 目的に あわせて わたす
action-people-select = おおぜいの 人を 目的に あわせて えらぶ
action-people-count = えらばれる 人の 数を だいたい 見る
action-people-still_allowed = おくる 前に 同意を たしかめる
action-people-record = 自分の データの 利用の 記録を 見る
action-people-ask_about_use = データの 利用について 聞く
action-people-my_questions = 自分が 聞いた ことを 見る
action-people-questions = データの 利用についての 質問を 見る
action-people-question = データの 利用についての 質問を 開く
action-people-answer_question = データの 利用についての 質問に 答える
action-people-uses = だれが データを 使ったか 見る
action-people-stopped_uses = 止められた 利用を 見る
action-people-lift_stop = 止められた 利用を また 始める
action-people-use_limits = データの 利用の めやすを 見る
action-people-save_use_limit = データの 利用の めやすを 決める
action-people-verify_record = 利用の 記録が 変えられていないか たしかめる

event-people-use_stopped = データの 利用が めやすより 多くて、止まりました
event-people-use_let_go = 止まっていた データの 利用が また 始まりました
event-people-use_asked_about = データの 利用について 質問が ありました
event-people-use_answered = データの 利用についての 質問に 答えました

fault-people-questions-waiting = 答えを 待っている 質問が { $limit }こ あります
fault-people-questions-waiting-remedy = 今の 質問の 答えが 来てから、次の 質問を してください。
fault-people-own-stop = 自分の 利用を、自分で また 始める ことは できません
fault-people-own-stop-remedy = ほかの 管理者に、たしかめて もらってください。
fault-people-stop-lifted = もう また 始まっています
fault-people-stop-lifted-remedy = ほかの 人が 先に しました。一覧を もう一度 開いてください。
field-people-past = 今日か、今日より 後の 日を 入れてください

retention-people_access = データの 利用の 記録
retention-people_access_member = おおぜいの データの 利用に 入っていた 人
retention-people_access_head = 利用の 記録の 1日ごとの しるし
retention-people_access_tally = 1時間ごとに 使った 人の 数
retention-people_access_block = めやすより 多くて 止まった 利用
retention-people_access_question = データの 利用についての 質問

people-use-stopped-mail-subject = データの 利用を 止めました
people-use-stopped-mail-staff-hour = 職員の ひとりが、1時間に { $people }人の データを 使おうと しました。めやすは { $usual }人です。今は 止めて あります。ほかの 人が たしかめてください。{ $url }
people-use-stopped-mail-staff-day = 職員の ひとりが、1日に { $people }人の データを 使おうと しました。めやすは { $usual }人です。今は 止めて あります。ほかの 人が たしかめてください。{ $url }
people-use-stopped-mail-service-hour = つながっている サービスが、1時間に { $people }人の データを 使おうと しました。めやすは { $usual }人です。今は 止めて あります。たしかめてください。{ $url }
people-use-stopped-mail-service-day = つながっている サービスが、1日に { $people }人の データを 使おうと しました。めやすは { $usual }人です。今は 止めて あります。たしかめてください。{ $url }
