-- The frameworks that each control belongs to.
-- No parameters.
select distinct control, framework
  from isobar.control_framework
 order by control collate "C", framework collate "C"
