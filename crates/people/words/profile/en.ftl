# Acting for others
action-people-act_for = Begin to act for somebody else
action-people-stop_acting = Stop acting for somebody else
action-people-begin_counter = Begin to act for a person at the counter
action-people-end_counter = Stop acting for a person at the counter
event-people-acting_begun = somebody began to act for another
event-people-acting_ended = somebody stopped acting for another
event-people-mandate_made = a mandate was made
event-people-mandate_ended = a mandate ended
fault-people-mandate-over = You cannot act by this mandate now
fault-people-mandate-over-remedy = It has not begun yet, or it has ended. The page “Family and helpers” shows what you can use now.
done-people-acting = From here on you act for them
done-people-acting-stopped = You are yourself again
people-relation-parent = parent
people-relation-guardian = guardian
people-relation-helper = helper
people-relation-counter = staff at the counter
