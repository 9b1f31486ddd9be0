select * from who_healthequal__input_ordered
