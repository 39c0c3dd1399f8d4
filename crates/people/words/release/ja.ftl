# データの利用: 本人の情報をほかに渡すこと、その記録。

action-people-release = ひとりの情報を目的にそって渡す
action-people-select = 大勢を目的にそって選ぶ
action-people-count = 選ばれる人数のめやすを見る
action-people-still_allowed = 送る直前に同意を確かめる
action-people-record = 自分のデータの利用記録を見る
action-people-ask_about_use = データの利用についてたずねる
action-people-my_questions = 自分がたずねたことを見る
action-people-questions = データの利用についての質問を見る
action-people-question = データの利用についての質問を開く
action-people-answer_question = データの利用についての質問に答える
action-people-uses = だれがデータを使ったかを見る
action-people-stopped_uses = 止められた利用を見る
action-people-lift_stop = 止められた利用を再開させる
action-people-use_limits = データ利用の目安を見る
action-people-save_use_limit = データ利用の目安を決める
action-people-verify_record = 利用記録が改ざんされていないか確かめる

event-people-use_stopped = データの利用が目安を超えて止まった
event-people-use_let_go = 止まっていたデータの利用が再開された
event-people-use_asked_about = データの利用について質問があった
event-people-use_answered = データの利用についての質問に答えた

fault-people-questions-waiting = 答えを待っている質問が{ $limit }件あります
fault-people-questions-waiting-remedy = 今の質問に答えが届いてから、次の質問をしてください。
fault-people-own-stop = 自分の利用は、自分では再開できません
fault-people-own-stop-remedy = ほかの管理者に、内容を確かめて再開してもらってください。
fault-people-stop-lifted = もう再開されています
fault-people-stop-lifted-remedy = ほかの人が先に再開しました。一覧を開き直してください。
field-people-past = 今日か、今日より後の日にしてください

retention-people_access = データの利用記録
retention-people_access_member = 大勢のデータの利用に含まれていた人
retention-people_access_head = 利用記録の1日ごとの証し
retention-people_access_tally = 1時間ごとに使った人数
retention-people_access_block = 目安を超えて止まった利用
retention-people_access_question = データの利用についての質問

people-use-stopped-mail-subject = データの利用を止めました
people-use-stopped-mail-staff-hour = 職員ひとりが1時間に{ $people }人分の個人データを使おうとしました。目安は{ $usual }人です。続きの利用は止めてあります。別の人が内容を確かめ、問題がなければ再開してください。{ $url }
people-use-stopped-mail-staff-day = 職員ひとりが1日に{ $people }人分の個人データを使おうとしました。目安は{ $usual }人です。続きの利用は止めてあります。別の人が内容を確かめ、問題がなければ再開してください。{ $url }
people-use-stopped-mail-service-hour = 連携しているサービスが1時間に{ $people }人分の個人データを使おうとしました。目安は{ $usual }人です。続きの利用は止めてあります。内容を確かめ、問題がなければ再開してください。{ $url }
people-use-stopped-mail-service-day = 連携しているサービスが1日に{ $people }人分の個人データを使おうとしました。目安は{ $usual }人です。続きの利用は止めてあります。内容を確かめ、問題がなければ再開してください。{ $url }
