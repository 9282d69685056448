// Package spec turns a spec written in HCL into planner values, and errors of
// the planner back into diagnostics with a place.
//
// One table (schema*.go) names everything in the language. It drives decoding,
// the refusals of what is not built yet, the suggestions for names that are
// misspelt and the reference. Decoding goes in steps, each of which reports all
// that it finds: guard (size, encoding, nesting), parse, variables and locals,
// the tree of blocks with typed values, defaults, meaning, catalog.
//
// Diagnostics carry a Code in Extra, and the tightest range as Subject.
package spec

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// File is a source file.
type File struct {
	// Name as the user would see it, slashes forward.
	Name    string
	Content []byte
}

// Inputs are values for the spec's variables. Later ones win, and Vars win over
// VarFiles, which win over Env.
type Inputs struct {
	// Vars are of the form "name=value".
	Vars []string
	// VarFiles are HCL attributes, or a JSON object where the name ends in ".json".
	VarFiles []File
	// Env has the form of os.Environ; only SCANTLING_VAR_name is read.
	Env []string
	// Rules are the ids that a rule block may name. Empty admits every id of the
	// right form.
	Rules []string
	// Manifests reads what patterns name in a folder, which is that of the spec as the
	// user sees it. Nil where manifests cannot be read.
	Manifests func(dir string, patterns []string) (Manifests, error)
	// ReadFile reads a file that a spec names, such as a price book, by its path: that in
	// the spec, joined to the folder of the spec's file. Nil where there are no files.
	ReadFile func(path string) ([]byte, error)
	// Machines finds the catalogs of machines that a spec may name. Nil where there are
	// none.
	Machines SharedMachines
}

// Offers says what can be bought, and where.
type Offers interface {
	// Grounds returns where clusters can stand.
	Grounds() []planner.Ground
	// Regions returns the names of a provider's regions.
	Regions(provider string) []string
	// Load returns the catalog of a region.
	Load(provider, region string) (catalogs.Catalog, error)
	// Kubernetes returns the calendar of the Kubernetes project, for clusters on
	// machines of one's own.
	Kubernetes() (catalogs.Catalog, error)
}

// Spec is a spec that was read without an error.
type Spec struct {
	// Cluster is complete: every default is filled in.
	Cluster planner.Cluster
	// Catalog of the cluster's region.
	Catalog catalogs.Catalog
	// Regions are the catalogs of the further regions that the spec names, by region.
	Regions map[string]catalogs.Catalog
	// Info identifies the spec.
	Info planner.SpecInfo

	places map[string]hcl.Range
	files  []File
}

// Files returns the source files with the price book that they name, and after them the
// catalog of machines and the manifests, for WriteDiagnostics. They belong to the Spec.
func (s *Spec) Files() []File { return s.files }

// Load reads a spec: files in any order make the same Spec, apart from places.
// The Spec is nil if and only if there are errors; there may be warnings beside
// a Spec. Diagnostics are sorted by file, line, column and summary.
func Load(files []File, in Inputs, offers Offers) (*Spec, hcl.Diagnostics) {
	files = sortFiles(files)
	r := newReader(offers)
	r.knownRules = in.Rules
	r.readAll = in.Manifests
	r.readFile = in.ReadFile
	r.catalogs = in.Machines
	bodies := r.parseFiles(files)
	if r.failed() {
		return nil, r.sorted()
	}
	tops := r.topLevel(bodies)
	values := r.evaluate(tops, in)
	cluster := r.findCluster(tops, values)
	if cluster == nil {
		return nil, r.sorted()
	}
	s := &Spec{places: r.places}
	var found manifests
	s.Cluster, s.Catalog, found = r.buildCluster(cluster)
	s.Regions = r.regions
	s.files = sortFiles(append(files, r.books...))
	s.Info = planner.SpecInfo{SHA256: digest(s.files, slices.Concat(r.shared, found.Files)), Variables: values.recorded}
	s.files = append(s.files, r.shared...)
	for _, f := range found.Files {
		s.files = append(s.files, File{Name: found.shown(f.Name), Content: f.Content})
	}
	if r.failed() {
		return nil, r.sorted()
	}
	return s, r.sorted()
}

// sortFiles returns files ordered by name.
func sortFiles(files []File) []File {
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files
}

// digest returns the SHA-256 of sorted files: of each the base name and the
// content, both with their length before them, and then the same of manifests, with
// their names relative to the spec. The folder of the spec is left out, so that it has
// one digest wherever it is planned from.
func digest(files, manifests []File) string {
	h := sha256.New()
	add := func(name string, content []byte) {
		for _, part := range [][]byte{[]byte(name), content} {
			var n [8]byte
			binary.BigEndian.PutUint64(n[:], uint64(len(part)))
			h.Write(n[:])
			h.Write(part)
		}
	}
	for _, f := range files {
		add(path.Base(f.Name), f.Content)
	}
	for _, f := range manifests {
		add(f.Name, f.Content)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// reader is the state of one Load.
type reader struct {
	offers Offers
	diags  hcl.Diagnostics
	errors int
	// seen are the diagnostics so far, so that a block repeated by dynamic
	// reports each mistake once.
	seen map[diagKey]bool
	// summaries of the codes.
	summaries map[Code]Problem
	// places of addresses.
	places map[string]hcl.Range
	// sources are the contents of the files, by name.
	sources map[string][]byte
	// knownRules are Inputs.Rules, resolve is Inputs.Manifests.
	knownRules []string
	readAll    func(dir string, patterns []string) (Manifests, error)
	// readFile is Inputs.ReadFile, and books are the files that it read.
	readFile func(path string) ([]byte, error)
	books    []File
	// catalogs is Inputs.Machines, and shared are the files that it read.
	catalogs SharedMachines
	shared   []File
	// regions are the catalogs of further regions.
	regions map[string]catalogs.Catalog
	// blocks made by dynamic so far.
	expanded int
}

func newReader(offers Offers) *reader {
	r := &reader{offers: offers, seen: map[diagKey]bool{}, summaries: map[Code]Problem{}, places: map[string]hcl.Range{}, sources: map[string][]byte{}}
	for _, p := range Problems() {
		r.summaries[p.Code] = p
	}
	return r
}

// parseFiles guards and parses each file.
func (r *reader) parseFiles(files []File) []*hclsyntax.Body {
	if len(files) == 0 {
		r.add(NoCluster, nil, "There is no *.hcl file to read. Run `scantling init` to write one.")
		return nil
	}
	var bodies []*hclsyntax.Body
	for i, f := range files {
		if i > 0 && files[i-1].Name == f.Name {
			r.add(DuplicateName, &hcl.Range{Filename: f.Name, Start: hcl.InitialPos, End: hcl.InitialPos},
				"The file %q is given twice.", f.Name)
			continue
		}
		if body := r.parse(f); body != nil {
			bodies = append(bodies, body)
		}
	}
	return bodies
}

// isOther reports that a file is something else than HCL.
func (r *reader) isOther(f File, parsed bool) bool {
	what, at := otherFormat(f.Content, parsed)
	if what == "" {
		return false
	}
	r.add(SyntaxError, rangeAt(f, at), "The file is %s. A spec is HCL: run `scantling init` to write one.", what)
	return true
}

// parse returns the body of a file, or nil where the file cannot be parsed.
func (r *reader) parse(f File) *hclsyntax.Body {
	if r.isOther(f, true) || !r.guard(f) {
		return nil
	}
	r.sources[f.Name] = f.Content
	src, start := trimBOM(f.Content)
	file, diags := hclsyntax.ParseConfig(src, f.Name, start)
	if diags.HasErrors() && r.isOther(f, false) {
		return nil
	}
	r.foreign(SyntaxError, firstCauses(diags))
	if diags.HasErrors() {
		return nil
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	if !r.loopsBounded(body) {
		return nil
	}
	return body
}
