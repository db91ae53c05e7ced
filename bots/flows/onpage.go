package flows

import "strings"

// OnPage are the questions of the conversations that members also answer on
// their own page, by the name of the text that asks them again.
var OnPage = map[string]string{
	"fair": "serve.feedback.again", "bias": "serve.bias.again", "bias_words": "serve.bias_more.again",
	"know": "serve.know.again", "trust": "serve.trust.again", "informed": "serve.informed.again", "heard": "serve.heard.again",
	"answered": "followup.response.again",
}

// Question takes the text of a question apart, so that a page asks in the
// words of the texts: the question without how to reply to it, and the words
// beside its digits, in their order.
func Question(text string) (question string, options []string) {
	i := strings.Index(text, "?")
	if i < 0 {
		return text, nil
	}
	question, rest := text[:i+1], strings.TrimSuffix(text[i+1:], ".")
	_, listed, ok := strings.Cut(rest, ": 1 ")
	if !ok {
		return question, nil
	}
	for n, part := range strings.Split(", "+"1 "+listed, ", ")[1:] {
		digit, words, _ := strings.Cut(part, " ")
		if digit != string(rune('1'+n)) {
			return question, nil
		}
		options = append(options, words)
	}
	return question, options
}
