// A WHEP client made of Pion, which MediaMTX and go2rtc are made of. It speaks as MediaMTX before 1.18.2 does when it pulls a stream: it wants an ETag,
// sends its offer before it has candidates, and trickles them with a doubled prefix. Prints one line of JSON.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/pion/webrtc/v3"
)

const frames = 60

type result struct {
	Frames     int    `json:"frames"`
	Keyframes  int    `json:"keyframes"`
	Candidates int    `json:"candidates"`
	Codec      string `json:"codec"`
	Deleted    int    `json:"deleted"`
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func do(method, address string, headers map[string]string, body string) (*http.Response, string) {
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	must(err)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(err)
	return response, string(text)
}

func expect(condition bool, words string) {
	if !condition {
		must(fmt.Errorf("%s", words))
	}
}

// holdsKeyframe tells whether an RTP payload begins an IDR picture, alone or as the first of its fragments.
func holdsKeyframe(payload []byte) bool {
	if len(payload) < 2 {
		return false
	}
	switch payload[0] & 31 {
	case 5:
		return true
	case 28:
		return payload[1]&0x80 != 0 && payload[1]&31 == 5
	}
	return false
}

func main() {
	address := os.Args[1]
	time.AfterFunc(30*time.Second, func() { must(fmt.Errorf("no %d pictures within 30 s", frames)) })

	options, _ := do("OPTIONS", address, nil, "")
	expect(options.StatusCode == 204 || options.StatusCode == 200, "OPTIONS: "+options.Status)

	peer, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	must(err)
	_, err = peer.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
	must(err)
	candidates := make(chan string, 64)
	peer.OnICECandidate(func(candidate *webrtc.ICECandidate) {
		if candidate == nil {
			close(candidates)
			return
		}
		candidates <- candidate.ToJSON().Candidate
	})
	var out result
	done := make(chan struct{})
	peer.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		out.Codec = track.Codec().MimeType
		for out.Frames < frames {
			packet, _, err := track.ReadRTP()
			must(err)
			if holdsKeyframe(packet.Payload) {
				out.Keyframes++
			}
			if packet.Marker {
				out.Frames++
			}
		}
		close(done)
	})

	offer, err := peer.CreateOffer(nil)
	must(err)
	must(peer.SetLocalDescription(offer))
	created, answer := do("POST", address, map[string]string{"Content-Type": "application/sdp"}, offer.SDP)
	expect(created.StatusCode == 201, "POST: "+created.Status+" "+answer)
	etag := created.Header.Get("ETag")
	expect(etag != "", "ETag is missing")
	location, err := url.Parse(created.Header.Get("Location"))
	must(err)
	session := created.Request.URL.ResolveReference(location).String()
	must(peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}))

	parsed, err := offer.Unmarshal()
	must(err)
	media := parsed.MediaDescriptions[0]
	ufrag, _ := media.Attribute("ice-ufrag")
	password, _ := media.Attribute("ice-pwd")
	mid, _ := media.Attribute("mid")
	for candidate := range candidates {
		lines := []string{"a=ice-ufrag:" + ufrag, "a=ice-pwd:" + password, "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:" + mid, "a=candidate:" + candidate, ""}
		headers := map[string]string{"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": etag}
		patched, words := do("PATCH", session, headers, strings.Join(lines, "\r\n"))
		expect(patched.StatusCode == 204, "PATCH: "+patched.Status+" "+words)
		out.Candidates++
	}

	<-done
	deleted, _ := do("DELETE", session, nil, "")
	out.Deleted = deleted.StatusCode
	must(json.NewEncoder(os.Stdout).Encode(out))
}
