drop schema faults cascade;
