package mongostore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// toNative turns the JSON of one object into a native document: whole numbers
// become 64-bit integers, others doubles, the order of fields stays.
func toNative(raw []byte) (bson.D, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v, err := readValue(dec)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is something behind the JSON object")
	}
	d, ok := v.(bson.D)
	if !ok {
		return nil, fmt.Errorf("the JSON is not an object")
	}
	return d, nil
}

func readValue(dec *json.Decoder) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := tok.(type) {
	case json.Delim:
		if t == '{' {
			return readObject(dec)
		}
		return readArray(dec)
	case json.Number:
		return number(string(t))
	}
	return tok, nil // string, bool or nil
}

func readObject(dec *json.Decoder) (bson.D, error) {
	out := bson.D{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		v, err := readValue(dec)
		if err != nil {
			return nil, err
		}
		out = append(out, bson.E{Key: escape(key.(string)), Value: v})
	}
	_, err := dec.Token()
	return out, err
}

func readArray(dec *json.Decoder) (bson.A, error) {
	out := bson.A{}
	for dec.More() {
		v, err := readValue(dec)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := dec.Token()
	return out, err
}

func number(s string) (any, error) {
	if !strings.ContainsAny(s, ".eE") && s != "-0" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is more than 64 bits can hold", s)
		}
		return n, nil
	}
	return strconv.ParseFloat(s, 64)
}

// toJSON writes a native document as encoding/json would have.
func toJSON(raw bson.Raw) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(len(raw))
	err := writeObject(&buf, raw)
	return buf.Bytes(), err
}

func writeObject(buf *bytes.Buffer, raw bson.Raw) error {
	elems, err := raw.Elements()
	if err != nil {
		return err
	}
	buf.WriteByte('{')
	for i, e := range elems {
		if i > 0 {
			buf.WriteByte(',')
		}
		if err := writeString(buf, unescape(e.Key())); err != nil {
			return err
		}
		buf.WriteByte(':')
		if err := writeValue(buf, e.Value()); err != nil {
			return fmt.Errorf("%s: %w", e.Key(), err)
		}
	}
	buf.WriteByte('}')
	return nil
}

func writeArray(buf *bytes.Buffer, raw bson.RawArray) error {
	vals, err := raw.Values()
	if err != nil {
		return err
	}
	buf.WriteByte('[')
	for i, v := range vals {
		if i > 0 {
			buf.WriteByte(',')
		}
		if err := writeValue(buf, v); err != nil {
			return err
		}
	}
	buf.WriteByte(']')
	return nil
}

func writeValue(buf *bytes.Buffer, v bson.RawValue) error {
	switch v.Type {
	case bson.TypeEmbeddedDocument:
		return writeObject(buf, v.Document())
	case bson.TypeArray:
		return writeArray(buf, v.Array())
	case bson.TypeString:
		return writeString(buf, v.StringValue())
	case bson.TypeInt64:
		buf.WriteString(strconv.FormatInt(v.Int64(), 10))
	case bson.TypeInt32: // only when somebody edited by hand
		buf.WriteString(strconv.FormatInt(int64(v.Int32()), 10))
	case bson.TypeBoolean:
		buf.WriteString(strconv.FormatBool(v.Boolean()))
	case bson.TypeNull:
		buf.WriteString("null")
	case bson.TypeDouble:
		raw, err := json.Marshal(v.Double())
		buf.Write(raw)
		return err
	default:
		return fmt.Errorf("a body holds a %s, which JSON does not have", v.Type)
	}
	return nil
}

func writeString(buf *bytes.Buffer, s string) error {
	raw, err := json.Marshal(s)
	buf.Write(raw)
	return err
}

// escape makes any field name one that MongoDB takes: percent signs, dots,
// NUL, a leading dollar sign and the empty name are written with a percent
// sign.
func escape(key string) string {
	if key == "" {
		return "%"
	}
	if key[0] != '$' && !strings.ContainsAny(key, "%.\x00") {
		return key
	}
	key = strings.NewReplacer("%", "%25", ".", "%2E", "\x00", "%00").Replace(key)
	if key[0] == '$' {
		key = "%24" + key[1:]
	}
	return key
}

// unescape is escape's inverse.
func unescape(key string) string {
	if !strings.Contains(key, "%") {
		return key
	}
	if key == "%" {
		return ""
	}
	return strings.NewReplacer("%25", "%", "%2E", ".", "%00", "\x00", "%24", "$").Replace(key)
}
