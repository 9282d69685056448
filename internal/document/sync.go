package document

import (
	"maps"
	"reflect"
	"slices"
)

// direction is which side of a pair of values is written. Each sync function
// links a document's struct with the domain's, once for both directions, so that
// what is written is what is read.
type direction bool

const (
	// writing fills the document from the domain.
	writing direction = false
	// reading fills the domain from the document.
	reading direction = true
)

// syncInt links two whole numbers.
func syncInt[D, P ~int | ~int64](to direction, d *D, p *P) {
	if to == reading {
		*p = P(*d)
	} else {
		*d = D(*p)
	}
}

// syncText links two strings.
func syncText[D, P ~string](to direction, d *D, p *P) {
	if to == reading {
		*p = P(*d)
	} else {
		*d = D(*p)
	}
}

// sync links two values of one type.
func sync[T any](to direction, d, p *T) {
	if to == reading {
		*p = *d
	} else {
		*d = *p
	}
}

// syncList links two lists. An empty one is [] in the document and nil in the
// domain.
func syncList[D, P any](to direction, d *[]D, p *[]P, each func(direction, *D, *P)) {
	if to == reading {
		*p = nil
		if len(*d) > 0 {
			*p = make([]P, len(*d))
		}
	} else {
		*d = make([]D, len(*p))
	}
	for i := range *d {
		each(to, &(*d)[i], &(*p)[i])
	}
}

// syncTexts links two lists of strings.
func syncTexts(to direction, d, p *[]string) { syncList(to, d, p, sync[string]) }

// syncOptional links two pointers; nil is null.
func syncOptional[D, P any](to direction, d **D, p **P, each func(direction, *D, *P)) {
	if to == reading {
		*p = nil
		if *d == nil {
			return
		}
		*p = new(P)
	} else {
		*d = nil
		if *p == nil {
			return
		}
		*d = new(D)
	}
	each(to, *d, *p)
}

// syncPresent links a struct that is null in the document where all of it is zero
// in the domain, which means there that nothing was said.
func syncPresent[D, P any](to direction, d **D, p *P, each func(direction, *D, *P)) {
	from := p
	if to == writing && reflect.ValueOf(p).Elem().IsZero() {
		from = nil
	}
	syncOptional(to, d, &from, each)
	if to == reading {
		var zero P
		if from == nil {
			from = &zero
		}
		*p = *from
	}
}

// syncKnown links a number that is null in the document with a number and
// whether it is known.
func syncKnown[D, P ~int | ~int64](to direction, d **D, p *P, known *bool) {
	switch {
	case to == reading && *d == nil:
		*p, *known = 0, false
	case to == reading:
		*p, *known = P(**d), true
	case *known:
		v := D(*p)
		*d = &v
	default:
		*d = nil
	}
}

// syncSet links a number that is null in the document where it is zero in the
// domain, which means there that nothing was set or is known.
func syncSet[D, P ~int | ~int64](to direction, d **D, p *P) {
	syncWhere(to, false, d, p)
}

// syncWhere links a number that is null in the document where it is zero in the
// domain and nothing is modelled: elsewhere zero is zero.
func syncWhere[D, P ~int | ~int64](to direction, modelled bool, d **D, p *P) {
	known := modelled || *p != 0
	syncKnown(to, d, p, &known)
}

// syncCounts links a map of counts with a list of pairs, which is sorted by key.
func syncCounts[P any](to direction, d *map[string]int, p *[]P, pair func(*P) (key *string, count *int)) {
	if to == writing {
		*d = make(map[string]int, len(*p))
		for i := range *p {
			key, count := pair(&(*p)[i])
			(*d)[*key] = *count
		}
		return
	}
	*p = nil
	for _, k := range slices.Sorted(maps.Keys(*d)) {
		var one P
		key, count := pair(&one)
		*key, *count = k, (*d)[k]
		*p = append(*p, one)
	}
}
