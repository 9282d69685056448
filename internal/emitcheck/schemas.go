package emitcheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// The modules that publish the schemas.
const (
	kopsModule      = "k8s.io/kops@v1.36.2"
	karpenterModule = "github.com/aws/karpenter-provider-aws@v1.14.1"
	eksctlModule    = "github.com/weaveworks/eksctl@v0.230.0"
)

// moduleDir downloads a module, unless it was, and returns its folder.
func moduleDir(module string) (string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		return "", fmt.Errorf("download %s: %w: %s", module, err, out)
	}
	var m struct{ Dir string }
	if err := json.Unmarshal(out, &m); err != nil {
		return "", fmt.Errorf("download %s: %w", module, err)
	}
	return m.Dir, nil
}

// resource checks objects of one kind against its CustomResourceDefinition.
type resource struct {
	structural *schema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

// resourceOf reads the definition in a file of a module, of the version that is served.
func resourceOf(module, file, version string) (*resource, error) {
	dir, err := moduleDir(module)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return nil, err
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(content, &crd); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, v := range crd.Spec.Versions {
		if v.Name != version {
			continue
		}
		var internal apiextensions.JSONSchemaProps
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(v.Schema.OpenAPIV3Schema, &internal, nil); err != nil {
			return nil, err
		}
		structural, err := schema.NewStructural(&internal)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		validator, _, err := validation.NewSchemaValidator(&internal)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		return &resource{structural, validator, cel.NewValidator(structural, true, celconfig.PerCallLimit)}, nil
	}
	return nil, fmt.Errorf("%s has no version %s", file, version)
}

// check returns what is wrong with an object: fields that are not known, values that do
// not fit, rules that are broken.
func (r *resource) check(object map[string]any) error {
	var errs []error
	options := schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, path := range pruning.PruneWithOptions(object, r.structural, true, options) {
		errs = append(errs, fmt.Errorf("%s: there is no such field", path))
	}
	for _, e := range validation.ValidateCustomResource(nil, object, r.validator) {
		errs = append(errs, e)
	}
	broken, _ := r.rules.Validate(context.Background(), field.NewPath(""), r.structural, object, nil, celconfig.RuntimeCELCostBudget)
	for _, e := range broken {
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}

// eksctlSchema returns the schema of a ClusterConfig, in which every object is closed.
func eksctlSchema() (*jsonschema.Resolved, error) {
	dir, err := moduleDir(eksctlModule)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join(dir, "pkg/apis/eksctl.io/v1alpha5/assets/schema.json"))
	if err != nil {
		return nil, err
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(content, &s); err != nil {
		return nil, err
	}
	return s.Resolve(nil)
}

// documents returns the objects of a file.
func documents(content []byte) ([]map[string]any, error) {
	var out []map[string]any
	for text := range strings.SplitSeq(string(content), "\n---\n") {
		var d map[string]any
		encoded, err := yaml.YAMLToJSONStrict([]byte(text))
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(encoded, &d); err != nil {
			return nil, err
		}
		out = append(out, integers(d).(map[string]any))
	}
	return out, nil
}

// integers makes whole numbers int64, as the API server has them.
func integers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = integers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = integers(v[i])
		}
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	}
	return v
}
