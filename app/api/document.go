package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"folkmoot/app/httpx"
	"folkmoot/domain"
)

// document builds the OpenAPI 3.1 document of the areas.
func document(areas []Area, version string) []byte {
	s := newSchemas()
	paths, tags := object{}, []any{}
	for _, a := range areas {
		tags = append(tags, object{"name": a.Name, "description": a.About})
		for _, r := range a.Routes {
			e := r.endpoint()
			item, _ := paths[e.path].(object)
			if item == nil {
				item = object{}
				paths[e.path] = item
			}
			item[strings.ToLower(e.method)] = operation(s, a.Name, e)
		}
	}
	doc := object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Folkmoot", "version": version,
			"description": "Citizens' juries, assemblies and panels, from promise to verified change. " +
				"Errors are problem documents (RFC 9457). Times are RFC 3339, UTC. " +
				"Fields may be added to answers of version 1, never removed or renamed.",
		},
		"servers": []any{object{"url": Prefix}},
		"tags":    tags,
		"paths":   paths,
		"components": object{
			"schemas":         s.defs,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}},
			"responses":       object{"problem": problemResponse(s)},
		},
	}
	out, err := json.MarshalIndent(doc, "", " ")
	if err != nil { // plain maps of our own
		panic("api: " + err.Error())
	}
	return out
}

func problemResponse(s *schemas) object {
	return object{
		"description": "What was wrong and what to do about it.",
		"content": object{httpx.ProblemType: object{
			"schema": s.of(reflect.TypeFor[httpx.Problem](), false),
		}},
	}
}

func operation(s *schemas, tag string, e *endpoint) object {
	op := object{
		"operationId": operationID(e), "summary": e.summary, "tags": []any{tag},
		"responses": object{
			strconv.Itoa(e.status): success(s, e.out),
			"default":              object{"$ref": "#/components/responses/problem"},
		},
	}
	if text := describe(e); text != "" {
		op["description"] = text
	}
	if e.needs != "" {
		op["x-permission"] = e.needs
	}
	if !e.open {
		op["security"] = []any{object{"token": []any{}}}
	}
	if params := parameters(s, e); len(params) > 0 {
		op["parameters"] = params
	}
	if e.in.mediaType != "" {
		op["requestBody"] = requestBody(s, e.in)
	}
	return op
}

func operationID(e *endpoint) string {
	words := strings.FieldsFunc(e.path, func(r rune) bool { return strings.ContainsRune("/{}-", r) })
	return strings.ToLower(e.method) + "_" + strings.Join(words, "_")
}

func describe(e *endpoint) string {
	parts := []string{}
	if e.note != "" {
		parts = append(parts, e.note)
	}
	if e.needs != "" {
		roles := []string{}
		for _, r := range domain.RolesFor(e.needs) {
			if r != domain.System {
				roles = append(roles, string(r))
			}
		}
		slices.Sort(roles)
		parts = append(parts, "Needs "+string(e.needs)+": "+strings.Join(roles, ", ")+".")
	}
	return strings.Join(parts, " ")
}

func success(s *schemas, out reflect.Type) object {
	switch out {
	case reflect.TypeFor[None]():
		return object{"description": "Done."}
	case reflect.TypeFor[File]():
		return object{"description": "The file.", "content": object{"*/*": object{}}}
	}
	return object{
		"description": "Done.",
		"content":     object{jsonType: object{"schema": s.of(out, false)}},
	}
}

func parameters(s *schemas, e *endpoint) []any {
	var out []any
	for _, p := range e.in.params {
		item := object{"name": p.name, "in": p.in, "required": p.required, "schema": s.paramSchema(p)}
		if p.doc != "" {
			item["description"] = p.doc
		}
		out = append(out, item)
	}
	if e.method == "POST" {
		out = append(out, object{
			"name": keyHeader, "in": "header", "required": true,
			"description": "Any text of your own, 8 to 128 visible ASCII characters, new for each command. Repeated, the call changes nothing.",
			"schema":      object{"type": "string", "minLength": 8, "maxLength": 128, "pattern": keyShape.String()},
		})
	}
	if e.method != "GET" {
		out = append(out, object{
			"name": matchHeader, "in": "header", "required": false,
			"description": "The revision that you read (version, where an answer shows only that). Where somebody else changed the thing since, the answer is 409 and nothing is changed.",
			"schema":      object{"type": "string"},
		})
	}
	return out
}

func requestBody(s *schemas, in input) object {
	schema := object{}
	if in.mediaType == jsonType {
		schema = s.properties(in.typ, true)
	}
	return object{
		"required": in.raw != nil,
		"content":  object{in.mediaType: object{"schema": schema}},
	}
}
