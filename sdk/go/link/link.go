// Package link finds links to a next page in a header, and makes them whole.
package link

import (
	"strings"

	rounds "rounds-sdk"
)

// Next is the next link of an answer's Link headers (RFC 8288), as it stands there.
func Next(answer rounds.Response) (url string, found bool) {
	for _, header := range answer.Headers {
		if header.Name != "link" {
			continue
		}
		for _, link := range strings.Split(header.Value, ", ") {
			if url, isNext := next(link); isNext {
				return url, true
			}
		}
	}
	return "", false
}

func next(link string) (url string, isNext bool) {
	link, isLink := strings.CutPrefix(strings.TrimSpace(link), "<")
	url, parameters, _ := strings.Cut(link, ">")
	for _, parameter := range strings.Split(parameters, ";") {
		parameter = strings.TrimSpace(parameter)
		isNext = isNext || parameter == "rel=next" || parameter == `rel="next"`
	}
	return url, isLink && isNext
}

// Resolve is a link found in the answer to a request of path ("/Appointment") as a request's
// target: a whole URL stays as it is, anything relative is made whole. A link that leads away from
// baseURL, where the credentials must not follow, is a rounds.UnexpectedResponse.
func Resolve(baseURL, path, link string) (string, error) {
	whole := whole(baseURL, path, link)
	if _, is := Below(baseURL, whole); !is {
		return "", rounds.UnexpectedResponse("a link leads away from the base URL")
	}
	return whole, nil
}

func whole(baseURL, path, link string) string {
	origin, _ := split(baseURL)
	scheme, _, _ := strings.Cut(origin, "//")
	switch {
	case strings.Contains(link, "://"):
		return link
	case strings.HasPrefix(link, "//"):
		return scheme + link
	case strings.HasPrefix(link, "/"):
		return origin + link
	case strings.HasPrefix(link, "?"):
		return baseURL + path + link
	}
	return baseURL + path[:max(strings.LastIndexByte(path, '/'), 0)] + "/" + link
}

// Below is what follows the base URL in a URL below it: empty, or from its / or ? on.
func Below(baseURL, url string) (rest string, is bool) {
	origin, path := split(baseURL)
	if len(url) < len(origin) || !strings.EqualFold(url[:len(origin)], origin) {
		return "", false
	}
	rest, is = strings.CutPrefix(url[len(origin):], path)
	return rest, is && (rest == "" || rest[0] == '/' || rest[0] == '?')
}

// split is scheme, host and port; and the path.
func split(baseURL string) (origin, path string) {
	host := 0
	if at := strings.Index(baseURL, "://"); at >= 0 {
		host = at + 3
	}
	if length := strings.IndexByte(baseURL[host:], '/'); length >= 0 {
		return baseURL[:host+length], baseURL[host+length:]
	}
	return baseURL, ""
}
