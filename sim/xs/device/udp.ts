/** The name of what the SDK's DNS resolver sends its questions with; the simulator's resolver asks its host. */
export default class UDP {}
