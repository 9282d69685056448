package colgen

// boundOnly finds the dual prices alone: the plan of the linear bound's mix is made
// for its fillings, and columns are generated until the program's value is within the
// gap of the bound. Nothing is tabulated, rounded or improved.
func (s *solver) boundOnly() error {
	s.linear()
	if closed, err := s.blended(); closed || err != nil {
		return err
	}
	if err := s.startMaster(); err != nil {
		return err
	}
	_, err := s.generate(s.opt.gap(), s.opt.rounds())
	return err
}
