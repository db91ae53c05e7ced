package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"folkmoot/domain"
)

const (
	actionRespond    = "respond"
	callbackResponse = "response"
	// sectionMax is Slack's limit of a section's text.
	sectionMax = 3000
	// inputMax is Slack's limit of a text field; the web form takes more.
	inputMax = 3000
	// blocksMax is how many responses one message lists: two blocks each, of
	// Slack's fifty.
	blocksMax = 20
)

// outcomes are the six classes of a response, in the words of the page.
var outcomes = []struct{ id, label string }{
	{"accept", "Accept: we will do it"},
	{"accept_in_part", "Accept in part"},
	{"already_doing", "Already doing: it predates the report"},
	{"consider_further", "Consider further: decide by a date"},
	{"refer_to_other_body", "Refer to another body"},
	{"reject", "Reject"},
}

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

func markdown(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, cut(s, sectionMax), false, false)
}

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// escape makes a text plain in Slack's markup.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace

func private(text string) slack.Msg {
	return slack.Msg{ResponseType: "ephemeral", Text: text}
}

func dueLine(o Owed) string {
	when := o.Due.In(o.Zone).Format("Mon 2 January 2006")
	if o.Overdue {
		return "*Overdue* since " + when
	}
	return "Due " + when
}

func owedBlocks(list []Owed) []slack.Block {
	blocks := []slack.Block{slack.NewHeaderBlock(plain("What you owe"))}
	for i, o := range list {
		if i == blocksMax {
			blocks = append(blocks, slack.NewSectionBlock(markdown(fmt.Sprintf("and %d more on the web page", len(list)-blocksMax)), nil, nil))
			break
		}
		blocks = append(blocks, owedBlock(o))
	}
	return blocks
}

func owedBlock(o Owed) slack.Block {
	text := fmt.Sprintf("*%s, recommendation %s*\n%s\n%s", escape(o.ProcessName), escape(o.Number), escape(cut(o.Text, 600)), dueLine(o))
	button := slack.NewButtonBlockElement(actionRespond, o.Recommendation, plain("Respond"))
	return slack.NewSectionBlock(markdown(text), nil, slack.NewAccessory(button))
}

func messageModal(text string) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plain("Folkmoot"), Close: plain("Close"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}},
	}
}

func responseModal(o Owed, baseURL string) slack.ModalViewRequest {
	options := make([]*slack.OptionBlockObject, len(outcomes))
	for i, c := range outcomes {
		options[i] = slack.NewOptionBlockObject(c.id, plain(c.label), nil)
	}
	reason := slack.NewPlainTextInputBlockElement(nil, "reason").WithMultiline(true).WithMaxLength(inputMax)
	blocks := []slack.Block{
		slack.NewSectionBlock(markdown("*Recommendation "+escape(o.Number)+"*\n"+escape(cut(o.Text, 2500))), nil, nil),
		slack.NewContextBlock("", markdown(dueLine(o)+". A jury recommends; your body decides, and says why.")),
		slack.NewInputBlock("outcome", plain("Our response"), nil, slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose one"), "outcome", options...)),
		slack.NewInputBlock("reason", plain("The reason, for everybody to read"), plain("Longer than 3,000 letters? Use the web form: "+baseURL), reason),
		slack.NewInputBlock("owner", plain("Who owns it"), plain("Needed when you accept, in part or in whole: a post, not a private address"), slack.NewPlainTextInputBlockElement(nil, "owner")).WithOptional(true),
		slack.NewInputBlock("due", plain("By when, or since when"), plain("Needed when you accept or consider further; for already doing, the date of the evidence"), slack.NewDatePickerBlockElement("due")).WithOptional(true),
		slack.NewInputBlock("evidence", plain("Evidence, or the body referred to"), plain("A link or reference; needed for already doing and for another body"), slack.NewPlainTextInputBlockElement(nil, "evidence")).WithOptional(true),
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callbackResponse, PrivateMetadata: o.Recommendation,
		Title: plain("Response"), Submit: plain("Publish"), Close: plain("Not now"), Blocks: slack.Blocks{BlockSet: blocks},
	}
}

func answerOf(st *slack.ViewState) Answer {
	if st == nil {
		return Answer{}
	}
	v := func(block string) slack.BlockAction { return st.Values[block][block] }
	return Answer{
		Outcome: v("outcome").SelectedOption.Value, Reason: v("reason").Value, Owner: v("owner").Value,
		Due: v("due").SelectedDate, Evidence: v("evidence").Value,
	}
}

func errorsAnswer(fields map[string]string) any {
	return slack.NewErrorsViewSubmissionResponse(fields)
}

func updateAnswer(v slack.ModalViewRequest) any {
	return slack.NewUpdateViewSubmissionResponse(&v)
}

// fieldErrors puts what is wrong beside the field it is about; what is about
// none of them stands beside the reason.
func (b *Bot) fieldErrors(ctx context.Context, err error) map[string]string {
	out := map[string]string{}
	var e *domain.Error
	if errors.As(err, &e) && len(e.Fields) > 0 {
		for field, msg := range e.Fields {
			switch field {
			case "outcome", "reason", "owner", "due", "evidence":
				out[field] = msg
			default:
				out["reason"] = field + ": " + msg
			}
		}
		return out
	}
	out["reason"] = b.say(ctx, err)
	return out
}

func wordsOf(err error) string {
	var e *domain.Error
	if !errors.As(err, &e) {
		return "That did not work."
	}
	r := []rune(e.Msg)
	if len(r) == 0 {
		return "That did not work."
	}
	return strings.ToUpper(string(r[0])) + string(r[1:]) + "."
}
