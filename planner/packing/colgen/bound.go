package colgen

// boundOnly finds the dual prices alone: the plan of the linear bound's mix is made
// for its fillings, and columns are generated until the program's value is within the
// gap of the bound. Nothing is tabulated, rounded or improved.
func (s *solver) boundOnly() error {
	s.linear()
	for _, power := range blends {
		bins, err := s.blend(power)
		if err != nil {
			return err
		}
		s.keep(bins, StageGreedy)
		if s.closed(s.opt.gap()) {
			return nil
		}
	}
	if err := s.startMaster(); err != nil {
		return err
	}
	_, err := s.generate(s.opt.gap(), s.opt.rounds())
	return err
}
