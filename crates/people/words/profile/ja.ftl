# 代わりに操作する
action-people-act_for = ほかの人の代わりに操作を始める
action-people-stop_acting = 代わりの操作をやめる
action-people-begin_counter = 窓口で来た人の代わりに操作を始める
action-people-end_counter = 窓口での代わりの操作を終える
event-people-acting_begun = 代わりの操作が始まった
event-people-acting_ended = 代わりの操作が終わった
event-people-mandate_made = 代わりに操作する約束ができた
event-people-mandate_ended = 代わりに操作する約束が終わった
fault-people-mandate-over = この約束では、いま代わりに操作できません
fault-people-mandate-over-remedy = 期間の前か後、または終わった約束です。「家族・代理」のページで、いま使えるものを確かめてください。
done-people-acting = ここからは代わりの操作です
done-people-acting-stopped = 代わりの操作をやめました。ここからはあなた自身の操作です
people-relation-parent = 親権者・保護者
people-relation-guardian = 後見人など
people-relation-helper = 頼まれた人
people-relation-counter = 窓口の職員
