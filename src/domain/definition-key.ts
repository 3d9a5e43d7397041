/** Keys that users give to audiences, journeys and destinations, as they stand in paths. */
export const definitionKeyPattern = /^[a-z0-9-]{1,64}$/;
